interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The page's typed wire to the editor. */
export interface Host<Request, Reply, State> {
  send(request: Request): void;
  /** Listens from now on. */
  listen(receive: (reply: Reply) => void): void;
  /** What the page kept from before it was hidden. */
  state(): Partial<State>;
  keep(state: State): void;
}

/** To be called once a page: the editor hands its interface out only once. */
export function connectHost<Request, Reply, State>(): Host<Request, Reply, State> {
  const api = acquireVsCodeApi();
  return {
    send: (request) => api.postMessage(request),
    listen: (receive) => {
      window.addEventListener('message', (event: MessageEvent<Reply>) => receive(event.data));
    },
    state: () => (api.getState() as Partial<State> | undefined) ?? {},
    keep: (state) => api.setState(state),
  };
}
