import type { UpsunStandIn, UpsunStandInOptions } from './contract';

/** Starts a stand-in of Upsun's REST API and of its token service, each on a port of 127.0.0.1. */
export function startUpsunStandIn(_options: UpsunStandInOptions = {}): Promise<UpsunStandIn> {
  return Promise.reject(new Error('The stand-in of Upsun does not answer yet.'));
}
