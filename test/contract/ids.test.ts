import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, contextKeys, editors, settings, views } from '../../src/ids';

interface Manifest {
  contributes: {
    commands: { command: string; title: string }[];
    views: Record<string, { id: string }[]>;
    viewsWelcome: { when?: string; contents: string }[];
    customEditors: { viewType: string }[];
    configuration: { properties: Record<string, { scope: string }> };
    menus: Record<string, { command: string; when?: string; group?: string }[]>;
  };
}

const root = join(__dirname, '../../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const { contributes } = manifest;

describe('ids and package.json', () => {
  it('have the same commands', () => {
    const declared = contributes.commands.map((c) => c.command).sort();
    assert.deepEqual(declared, Object.values(commands).sort());
  });

  it('have the same views, editors and settings', () => {
    const declared = Object.values(contributes.views).flatMap((list) => list.map((v) => v.id));
    assert.deepEqual(declared, [views.clusters, views.activity]);
    assert.deepEqual(
      contributes.customEditors.map((e) => e.viewType),
      Object.values(editors),
    );
    assert.deepEqual(
      Object.keys(contributes.configuration.properties).sort(),
      Object.values(settings).sort(),
    );
  });

  it('have menus only of commands there are', () => {
    const known = new Set<string>(Object.values(commands));
    const used = Object.values(contributes.menus).flatMap((list) => list.map((m) => m.command));
    assert.ok(used.length > 20);
    assert.deepEqual(
      used.filter((id) => !known.has(id)),
      [],
    );
  });

  it('have context keys only of the table', () => {
    const whens = contributes.viewsWelcome.flatMap((w) => (w.when === undefined ? [] : [w.when]));
    for (const when of whens) {
      assert.match(when, new RegExp(`^${contextKeys.state} == (empty|untrusted|loading|ready)$`));
    }
  });

  it('match context values with anchored patterns only', () => {
    const whens = Object.values(contributes.menus).flatMap((l) => l.map((m) => m.when ?? ''));
    for (const [, pattern] of whens.join('\n').matchAll(/viewItem =~ \/(.*)\//g)) {
      assert.ok(pattern?.startsWith('^'), `not anchored: ${pattern ?? ''}`);
    }
  });

  it('put what destroys last in its menu', () => {
    const menu = contributes.menus['view/item/context'] ?? [];
    const groups = menu.filter((m) => !m.group?.startsWith('inline'));
    const last = groups
      .map((m) => m.group ?? '')
      .sort()
      .at(-1);
    assert.equal(menu.find((m) => m.group === last)?.command, commands.deleteBackup);
  });

  it('have a text for every placeholder, and none too many', () => {
    const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
    const used = [...read('package.json').matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
  });

  it('link only to commands there are in welcome texts', () => {
    const texts = Object.values(JSON.parse(read('package.nls.json')) as Record<string, string>);
    const linked = texts.flatMap((t) => [...t.matchAll(/command:([\w.]+)/g)].map(([, id]) => id));
    const known = new Set<string>([...Object.values(commands), 'workbench.trust.manage']);
    assert.ok(linked.length >= 3);
    assert.deepEqual(
      linked.filter((id) => !known.has(id ?? '')),
      [],
    );
  });
});
