import { systemById } from '../../adapters/registry';
import type { ClusterConfig } from '../../core/config/parse';
import { secretNeeds, webhookNeeds } from '../../core/config/secrets';
import type { SecretLookup, SecretNeed } from '../../core/config/secrets';
import { toErrorInfo } from '../../core/errors';

/** A secret that will be missing once it is needed. */
export interface MissingSecret {
  need: SecretNeed;
  message: string;
  next: string;
}

/** Which secrets of a cluster and of its policy's hooks are not there, so that it is told before the first run. */
export async function missingSecrets(
  config: ClusterConfig,
  lookup: SecretLookup,
): Promise<MissingSecret[]> {
  const system = systemById(config.system);
  const needs = [
    ...(system === undefined ? [] : secretNeeds(config, system)),
    ...webhookNeeds(config),
  ];
  const missing: MissingSecret[] = [];
  for (const need of needs) {
    try {
      if (await lookup(need)) continue;
      missing.push({ need, message: `The ${need.title} is missing.`, next: '' });
    } catch (error) {
      const { message, next } = toErrorInfo(error);
      missing.push({ need, message, next });
    }
  }
  return missing;
}
