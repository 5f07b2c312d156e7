import type { RecoveryQuestion } from '../../../core/recovery';
import type { Situation } from './situation';
import type { SeenEngine } from './survey';
import { engineWords } from './words';

/** A choice of engines, asked only where there is one. */
export function engineQuestion(
  title: string,
  engines: readonly SeenEngine[],
  situation: Situation,
): { questions?: RecoveryQuestion[] } {
  const [first] = engines;
  if (first === undefined || engines.length === 1) return {};
  return {
    questions: [
      {
        field: 'engine',
        title,
        value: first.where,
        options: engines.map((e) => ({
          value: e.where,
          label: e.name,
          detail: engineWords(e, situation),
        })),
      },
    ],
  };
}

export const unlockKeyQuestion: RecoveryQuestion = {
  field: 'unlockKey',
  title: 'Unlock key (SWMKEY-1-…)',
  secret: true,
};
