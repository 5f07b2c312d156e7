/** A rhythm in which backups are made and kept: the newest `count` of them, one every `interval`. */
export interface RetentionSchedule {
  /** A number and a unit, hours, days, weeks, months or years: `2h`, `1d`, `1w`, `1M`, `1y`. */
  interval: string;
  count: number;
}

/** How long backups are kept: one model for all systems, as Upsun words it. */
export interface RetentionPolicy {
  schedules: RetentionSchedule[];
  /** Backups made by hand that are kept; a further one takes the place of the oldest. */
  manualCount?: number;
  /** Of all backups. */
  maxBackups?: number;
}
