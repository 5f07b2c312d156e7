import { forecast } from '../../core/retention/forecast';
import { byGroup } from '../../core/retention/groups';
import type { RetentionPolicy } from '../../core/retention/policy';
import type { RetainedBackup, RetentionOfKind } from '../../core/retention/settings';
import { keepingPlace, select } from '../shared/fields';
import { TimelineView } from '../shared/forecast/timelineView';

/** What is previewed. */
export interface Previewed {
  kind: RetentionOfKind;
  /** Another policy for it, where one is edited. */
  edited: RetentionPolicy | undefined;
  /** The fields are wrong as they are: `edited` is what they said last. */
  stale: boolean;
  /** When the settings were read. */
  from: Date;
}

/** Which backups of a kind of environment will exist when. */
export class Preview {
  readonly #view = new TimelineView();
  /** Whose backups are shown, where a kind has those of several: the policy holds for each by itself. */
  #group: string | undefined;

  get element(): HTMLElement {
    return this.#view.element;
  }

  show(shown: Previewed): void {
    const { kind, edited, stale, from } = shown;
    const groups = byGroup(kind.existing ?? []);
    const names = [...groups.keys()];
    if (this.#group === undefined || !groups.has(this.#group)) this.#group = names[0];
    const existing: readonly RetainedBackup[] = groups.get(this.#group ?? '') ?? [];
    const list = select({
      key: 'group',
      label: 'Backups of',
      value: this.#group ?? '',
      options: names.map((name) => ({ value: name, label: name === '' ? '(not named)' : name })),
      onChange: (name) => {
        this.#group = name;
        keepingPlace(() => this.show(shown));
      },
    });
    this.#view.show({
      from,
      note: noteText(kind, stale, edited !== undefined),
      above: names.length > 1 ? [list] : [],
      versionsOf: ({ until }) => {
        const versionOf = (title: string, policy: RetentionPolicy) => ({
          title,
          policy,
          backups: forecast(policy, existing, from, until),
        });
        return [
          versionOf('As it is now', kind.policy),
          ...(edited === undefined ? [] : [versionOf('With the change', edited)]),
        ];
      },
    });
  }
}

function noteText({ existing }: RetentionOfKind, stale: boolean, hasLast: boolean): string {
  const known =
    existing === undefined
      ? 'The backups there are now could not be read: only those to come are shown.'
      : 'A forecast: what is there now, and what the schedules will make. Nobody is assumed to make one by hand.';
  if (!stale) return known;
  const wrong = 'The fields are not right yet:';
  return `${known} ${wrong} ${hasLast ? 'shown is what they said last.' : 'what comes of them is not shown.'}`;
}
