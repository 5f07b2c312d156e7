/** Metrics as Prometheus reads them. */
export interface Exposition {
  /** By name and labels as written. */
  samples: Map<string, number>;
  families: Map<string, { type: string; help: string }>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"`;
const SAMPLE = new RegExp(`^(${NAME})((?:\\{${LABEL}(?:,${LABEL})*\\})?) (\\S+)$`);
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`);

/**
 * Reads the text format of Prometheus strictly (version 0.0.4): every line is what it has to be, help and type stand once
 * and before their samples, samples of a family stand together, none comes twice.
 */
export function parseMetrics(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('The last line must end.');
  const samples = new Map<string, number>();
  const families = new Map<string, { type: string; help: string }>();
  const closed = new Set<string>();
  let help: [string, string] | undefined;
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const [, helped, words = ''] = HELP.exec(line) ?? [];
    const [, typed, type = ''] = TYPE.exec(line) ?? [];
    if (helped !== undefined) help = [helped, words];
    else if (typed !== undefined) {
      if (help?.[0] !== typed || families.has(typed)) throw new Error(`Out of place: ${line}`);
      if (current !== '') closed.add(current);
      current = typed;
      families.set(typed, { type, help: help[1] });
    } else {
      const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
      const number = Number(value);
      if (name === '' || value.trim() === '' || Number.isNaN(number))
        throw new Error(`No sample: ${line}`);
      if (name !== current || closed.has(name)) throw new Error(`Out of its family: ${line}`);
      if (samples.has(name + labels)) throw new Error(`Twice: ${line}`);
      samples.set(name + labels, number);
    }
  }
  return { samples, families };
}
