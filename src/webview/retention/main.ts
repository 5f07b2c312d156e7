import '../shared/base.css';
import '../shared/fields.css';
import '../shared/planLines.css';
import '../shared/forecast/forecast.css';
import '../shared/policyForm.css';
import './retention.css';
import type { RetentionPolicy } from '../../core/retention/policy';
import type { RetentionOfKind } from '../../core/retention/settings';
import type {
  RetentionReply,
  RetentionRequest,
  ShownRetention,
} from '../../protocol/retentionMessages';
import { keepAges } from '../shared/ages';
import { debounce, h } from '../shared/dom';
import { focusOn, keepingPlace, sayProblem } from '../shared/fields';
import { connectHost } from '../shared/host';
import { PageFrame } from '../shared/pageFrame';
import { ReviewFocus } from '../shared/reviewFocus';
import { banner, spoken } from '../shared/told';
import { retentionActions } from './draftActions';
import { draftOf, fieldsOf, isUnchanged, policyOf, problemsOf } from './draft';
import type { Draft } from './draft';
import { head } from './head';
import { lockedNotice, policyForm } from './policyForm';
import { Preview } from './preview';
import { review } from './review';
import { kindTabs, markEdited } from './tabs';
import { activity } from './words';

/** What outlives the page being hidden. */
interface Kept {
  tab: string;
  drafts: Record<string, Draft>;
}

/** Milliseconds of quiet before what is typed is drawn. */
const QUIET_MS = 150;

const host = connectHost<RetentionRequest, RetentionReply, Kept>();
const frame = new PageFrame();
const focus = new ReviewFocus();

const preview = new Preview();
const actions = h('div', { class: 'draft' });
let shown: ShownRetention | undefined;
/** What was typed, by kind: it outlives settings that are read anew. */
const drafts = new Map<string, Draft>(Object.entries(host.state().drafts ?? {}));
let tab = host.state().tab;
/** What the fields said when they were last right. */
let sound: RetentionPolicy | undefined;

function receive(reply: ShownRetention): void {
  shown = reply;
  if (reply.sent !== undefined) drafts.delete(reply.sent);
  for (const { id, policy } of reply.settings?.kinds ?? []) {
    const draft = drafts.get(id);
    if (draft !== undefined && isUnchanged(draft, policy)) drafts.delete(id);
  }
  if (reply.review !== undefined) tab = reply.review.plan.change.kind;
  keep();
  draw();
  announce();
  focus.follow(reply, () => `tab-${current()?.id ?? ''}`);
}

function current(): RetentionOfKind | undefined {
  const kinds = shown?.settings?.kinds ?? [];
  return kinds.find(({ id }) => id === tab) ?? kinds[0];
}

function draftFor(kind: RetentionOfKind): Draft {
  return drafts.get(kind.id) ?? draftOf(kind.policy);
}

function keep(): void {
  host.keep({ tab: tab ?? '', drafts: Object.fromEntries(drafts) });
}

function draw(): void {
  if (shown === undefined) return;
  const now = shown;
  const kind = current();
  keepingPlace(() => {
    const told = activity(now);
    const locked = now.settings?.editable;
    const parts: (HTMLElement | undefined)[] = [
      head(now, (request) => host.send(request)),
      told && banner(told, 'activity'),
      typeof locked === 'string' ? lockedNotice(locked) : undefined,
      kind === undefined ? nothing(now) : undefined,
      kind &&
        kindTabs({
          kinds: now.settings?.kinds ?? [],
          current: kind.id,
          isEdited: (id) => drafts.has(id),
          onChoose: choose,
        }),
      kind && body(now, kind),
    ];
    frame.place(parts);
  });
  if (kind !== undefined) drawPreview();
}

function nothing({ settings }: ShownRetention): HTMLElement | undefined {
  if (settings === undefined) return undefined;
  return h(
    'p',
    { class: 'muted empty' },
    'The platform tells of no kind of environment, so there is nothing to set. Refresh once the project has an environment.',
  );
}

function body(now: ShownRetention, kind: RetentionOfKind): HTMLElement {
  const busy = now.busy !== undefined;
  const plan = now.review?.plan;
  const reviewing = plan !== undefined && plan.change.kind === kind.id;
  const first = reviewing
    ? review({
        plan,
        title: kind.title,
        busy,
        onSend: () => host.send({ type: 'send', number: now.review?.number ?? 0 }),
        onBack: () => host.send({ type: 'back' }),
        onDiff: () => host.send({ type: 'diff' }),
      })
    : form(now, kind, busy);
  return h(
    'div',
    { role: 'tabpanel', id: 'panel', 'aria-labelledby': `tab-${kind.id}` },
    first,
    preview.element,
  );
}

function form({ settings }: ShownRetention, kind: RetentionOfKind, busy: boolean): HTMLElement {
  drawActions();
  return policyForm({
    kind,
    draft: draftFor(kind),
    locked: typeof settings?.editable === 'string' ? settings.editable : undefined,
    busy,
    actions,
    onChange: (draft, redraw) => {
      if (isUnchanged(draft, kind.policy)) drafts.delete(kind.id);
      else drafts.set(kind.id, draft);
      keep();
      if (redraw) draw();
      else {
        // What is typed into one field can make another one wrong.
        const problems = problemsOf(draft, kind.policy);
        for (const key of fieldsOf(draft)) sayProblem(key, problems[key]);
        drawActions();
        previewSoon();
      }
    },
    onFocus: focusOn,
  });
}

/** While one types, the fields stay as they are and what hangs on them follows. */
function drawActions(): void {
  const kind = current();
  if (kind === undefined) return;
  const drawn = retentionActions({
    kind,
    draft: draftFor(kind),
    busy: shown?.busy !== undefined,
    onReview: (policy) => host.send({ type: 'review', change: { kind: kind.id, policy } }),
    onUndo: () => undoChanges(kind),
  });
  keepingPlace(() => actions.replaceChildren(...drawn));
  markEdited(kind.id, drafts.has(kind.id));
}

function undoChanges(kind: RetentionOfKind): void {
  drafts.delete(kind.id);
  sound = undefined;
  keep();
  draw();
  frame.say('Your changes were undone.');
  document.getElementById(`tab-${kind.id}`)?.focus();
}

function drawPreview(): void {
  const kind = current();
  if (kind === undefined || shown?.at === undefined) return;
  const draft = draftFor(kind);
  const policy = policyOf(draft, kind.policy);
  if (policy !== undefined) sound = policy;
  const edited = isUnchanged(draft, kind.policy) ? undefined : sound;
  preview.show({ kind, edited, stale: policy === undefined, from: new Date(shown.at) });
}

const previewSoon = debounce(QUIET_MS, drawPreview);

function choose(id: string): void {
  tab = id;
  sound = undefined;
  keep();
  // What is reviewed is of another kind: it can be reviewed again.
  if (shown?.review !== undefined) host.send({ type: 'back' });
  draw();
}

function announce(): void {
  const told = shown && activity(shown);
  frame.announce(told === undefined ? '' : spoken(told));
}

host.listen((reply) => receive(reply.shown));

keepAges(30_000);

host.send({ type: 'ready' });
