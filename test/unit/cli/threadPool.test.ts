import assert from 'node:assert/strict';
import { widenThreadPool } from '../../../src/cli/agent/threadPool';

describe('the threads for files', () => {
  const before = process.env.UV_THREADPOOL_SIZE;
  afterEach(() => {
    if (before === undefined) delete process.env.UV_THREADPOOL_SIZE;
    else process.env.UV_THREADPOOL_SIZE = before;
  });

  it('leave no variable to the hooks', () => {
    delete process.env.UV_THREADPOOL_SIZE;
    widenThreadPool();
    assert.equal(process.env.UV_THREADPOOL_SIZE, undefined);
  });

  it('are as many as the person has said', () => {
    process.env.UV_THREADPOOL_SIZE = '7';
    widenThreadPool();
    assert.equal(process.env.UV_THREADPOOL_SIZE, '7');
  });
});
