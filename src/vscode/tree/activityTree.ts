import * as vscode from 'vscode';
import { commands } from '../../ids';
import type { Activity, ActivityStore } from '../../core/operations/activity';
import type { ProgressUpdate } from '../../core/ports';
import { progressText } from '../progressText';
import { ageText, escapeMarkdown, markdownTable, spanText, timeText } from '../text';
import { contextValue } from './nodes';

export interface ActivityNode {
  kind: 'activity';
  activity: Activity;
}

/** How often running activities of other windows are looked at. */
const POLL_MS = 2_000;

const ICONS: Record<Activity['state'], [string, string?]> = {
  running: ['sync~spin'],
  done: ['pass', 'testing.iconPassed'],
  failed: ['error', 'testing.iconFailed'],
  refused: ['circle-slash', 'problemsWarningIcon.foreground'],
  cancelled: ['circle-slash'],
  interrupted: ['warning', 'problemsWarningIcon.foreground'],
};

const TITLES: Record<Activity['kind'], string> = {
  backup: 'Back up',
  restore: 'Restore',
  verify: 'Verify',
  delete: 'Delete',
  export: 'Export',
  adopt: 'Adopt',
  resume: 'Finish',
  recover: 'Recover',
  fetch: 'Fetch',
  retention: 'Set retention',
  prune: 'Prune',
};

/** What runs and what ran, in this window and everywhere else that shares the journal. */
export class ActivityTree implements vscode.TreeDataProvider<ActivityNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #watcher: { dispose(): void };
  readonly #own = new Map<string, { abort: AbortController; progress?: ProgressUpdate }>();
  #poll: NodeJS.Timeout | undefined;

  constructor(private readonly journal: ActivityStore) {
    this.#watcher = journal.watch(() => this.#changed.fire(undefined));
  }

  /** Makes an activity of this window cancellable from the view. */
  own(id: string, abort: AbortController): vscode.Disposable {
    this.#own.set(id, { abort });
    return new vscode.Disposable(() => {
      this.#own.delete(id);
      this.#changed.fire(undefined);
    });
  }

  progress(id: string, update: ProgressUpdate): void {
    const own = this.#own.get(id);
    if (own === undefined) return;
    const phaseChanged = own.progress?.phase !== update.phase;
    own.progress = update;
    if (phaseChanged) this.#changed.fire(undefined);
  }

  cancel(id: string): void {
    this.#own.get(id)?.abort.abort();
  }

  async getChildren(node?: ActivityNode): Promise<ActivityNode[]> {
    if (node !== undefined) return [];
    const activities = await this.journal.list();
    clearTimeout(this.#poll);
    if (activities.some((a) => a.state === 'running')) {
      this.#poll = setTimeout(() => this.#changed.fire(undefined), POLL_MS);
    }
    return activities.map((activity) => ({ kind: 'activity', activity }));
  }

  getTreeItem({ activity }: ActivityNode): vscode.TreeItem {
    const now = new Date();
    const title = `${TITLES[activity.kind]} ${activity.cluster}`;
    const item = new vscode.TreeItem(title);
    item.id = `activity:${activity.id}`;
    const own = this.#own.get(activity.id);
    const progress = own?.progress ?? activity.progress;
    const started = new Date(activity.started);
    const seconds = (Date.parse(activity.finished ?? now.toISOString()) - started.getTime()) / 1000;
    const facts =
      activity.state === 'running'
        ? [progress === undefined ? 'starting' : progressText(progress), spanText(seconds)]
        : [activity.state, spanText(seconds), ageText(started, now)];
    if (activity.scheduled === true) facts.push('scheduled');
    if (activity.subject !== undefined) facts.push(activity.subject);
    item.description = facts.join(' · ');
    const [icon, color] = ICONS[activity.state];
    item.iconPath = new vscode.ThemeIcon(
      icon,
      color === undefined ? undefined : new vscode.ThemeColor(color),
    );
    item.contextValue = contextValue('activity', {
      running: activity.state === 'running',
      own: own !== undefined,
    });
    item.tooltip = activityTooltip(activity, seconds);
    item.accessibilityInformation = { label: `${title}, ${facts.join(', ')}` };
    item.command = {
      command: commands.showActivityLog,
      title: 'Show Log',
      arguments: [{ kind: 'activity', activity } satisfies ActivityNode],
    };
    return item;
  }

  dispose(): void {
    clearTimeout(this.#poll);
    this.#watcher.dispose();
    this.#changed.dispose();
  }
}

function activityTooltip(activity: Activity, seconds: number): vscode.MarkdownString {
  const md = escapeMarkdown;
  const rows: [string, string][] = [
    ['State', md(activity.state)],
    ['Started', md(timeText(activity.started))],
    ['Took', md(spanText(seconds))],
    ['By', md(activity.by)],
    ...(activity.scheduled === true
      ? [['Why', 'a policy asks for it'] satisfies [string, string]]
      : []),
  ];
  const lines = [
    `**${md(`${TITLES[activity.kind]} ${activity.cluster}`)}**`,
    '',
    markdownTable(rows),
  ];
  if (activity.error !== undefined) {
    const { message, next, code } = activity.error;
    lines.push('', md(message), '', md(next), '', `\`${code}\``);
  }
  if (activity.state === 'interrupted') {
    lines.push('', 'It was cut off: the process that ran it ended without saying so\\.');
  }
  return new vscode.MarkdownString(lines.join('\n'));
}
