import { isObject } from './jsonValues';
import type { Json } from './jsonValues';
import type { Portable } from './portable';

const at = (path: string, key: string): string =>
  /^[A-Za-z_]\w*$/.test(key)
    ? path === ''
      ? key
      : `${path}.${key}`
    : `${path}[${JSON.stringify(key)}]`;

function walk(a: Json | undefined, b: Json | undefined, path: string, found: string[]): void {
  if (a === b) return;
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    for (const key of keys) walk(a[key], b[key], at(path, key), found);
    return;
  }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    const objects = [...a, ...b].every(isObject);
    const before = found.length;
    a.forEach((item, index) => walk(item, b[index], `${path}[${index}]`, found));
    // In a list of words the list is what differs.
    if (!objects && found.length > before) found.splice(before, Infinity, path);
    return;
  }
  found.push(path);
}

/**
 * Where two portable forms differ, as readable paths: `TaskTemplate.ContainerSpec.Image`,
 * `Labels["com.example.tier"]`. None when they mean the same.
 */
export function differences(a: Portable, b: Portable): string[] {
  const found: string[] = [];
  walk(a.body, b.body, '', found);
  return found;
}
