/** What came to nothing, as a page tells it. */
export interface ProblemShown {
  /** What failed, where and why. */
  message: string;
  /** What to do now. */
  next: string;
  code: string;
  /** `cancelled` by the person: nothing failed. */
  cancelled: boolean;
}
