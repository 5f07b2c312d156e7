declare const __VERSION__: string;

/** Version of this project, as manifests and `--version` state it; the build puts it in. */
export const VERSION: string = __VERSION__;
