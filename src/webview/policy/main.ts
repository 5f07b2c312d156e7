import '../shared/base.css';
import '../shared/fields.css';
import '../shared/planLines.css';
import '../shared/forecast/forecast.css';
import '../shared/policyForm.css';
import './policy.css';
import type { EditedPolicy } from '../../core/config/policyText';
import { effectivePolicy } from '../../core/policy/effective';
import type { PolicyReply, PolicyRequest, ShownPolicy } from '../../protocol/policyMessages';
import { keepAges } from '../shared/ages';
import { debounce, h, placeChildren } from '../shared/dom';
import { focusOn, keepingPlace, sayProblem } from '../shared/fields';
import { TimelineView } from '../shared/forecast/timelineView';
import { connectHost } from '../shared/host';
import { PageFrame } from '../shared/pageFrame';
import { ReviewFocus } from '../shared/reviewFocus';
import { banner, spoken } from '../shared/told';
import { around } from './around';
import { policyActions } from './draftActions';
import { LINES, draftOf, editedOf, isUnchanged, problemsOf } from './draft';
import type { Draft } from './draft';
import { saySource } from './fields';
import { form } from './form';
import { head, platformNotice } from './head';
import { nowSection, presentOf } from './now';
import { outlook, policyNow, spansFor, storageOf, storageText, versionOf } from './outlook';
import { keysOf } from '../shared/draftRows';
import { review } from './review';
import { activity, noteText, zoneText } from './words';

/** What outlives the page being hidden. */
interface Kept {
  draft?: Draft;
}

/** Milliseconds of quiet before what is typed is drawn. */
const QUIET_MS = 150;

const host = connectHost<PolicyRequest, PolicyReply, Kept>();
const frame = new PageFrame();
const focus = new ReviewFocus();

const timeline = new TimelineView();
const actions = h('div', { class: 'draft' });
const present = h('div', {});
const storage = h('p', { class: 'lead', id: 'storage' });
let shown: ShownPolicy | undefined;
/** What was typed: it outlives a file that is read anew. */
let draft = host.state().draft;
/** What the fields said when they were last right. */
let sound: EditedPolicy | undefined;

function receive(reply: ShownPolicy): void {
  shown = reply;
  if (reply.saved === true) draft = undefined;
  if (draft !== undefined && isUnchanged(draft, reply.own)) draft = undefined;
  keep();
  draw();
  announce();
  focus.follow(reply, () => (draft === undefined ? 'refresh' : 'review-change'));
}

function keep(): void {
  host.keep(draft === undefined ? {} : { draft });
}

function draw(): void {
  if (shown === undefined) return;
  const now = shown;
  keepingPlace(() => {
    const told = activity(now);
    const parts: (HTMLElement | undefined)[] = [
      head(now, (request) => host.send(request)),
      told && banner(told, 'activity'),
      platformNotice(now, () => host.send({ type: 'platform' })),
      ...(now.at === undefined ? [] : body(now)),
    ];
    frame.place(parts);
  });
  drawOutlook();
}

function body(now: ShownPolicy): HTMLElement[] {
  const busy = now.busy !== undefined;
  const first =
    now.review === undefined
      ? fields(now, busy)
      : review({
          review: now.review,
          file: now.file,
          busy,
          onSave: () => host.send({ type: 'save', number: now.review?.number ?? 0 }),
          onBack: () => host.send({ type: 'back' }),
          onDiff: () => host.send({ type: 'diff' }),
        });
  const open = around(now, (place) => host.send({ type: 'open', place }));
  return [first, present, timeline.element, open];
}

function fields(now: ShownPolicy, busy: boolean): HTMLElement {
  drawActions();
  const { own, inherited, modes } = now;
  return form({
    draft: draft ?? draftOf(own),
    inherited,
    busy,
    modes,
    actions,
    problems: () => problemsOf(draft ?? draftOf(own), inherited),
    onChange: (changed, redraw) => {
      draft = isUnchanged(changed, own) ? undefined : changed;
      keep();
      if (redraw) draw();
      else {
        // What is typed into one field can make another one wrong.
        const problems = problemsOf(changed, inherited);
        const rows = (changed.rows ?? []).flatMap((row) => [keysOf(row).every, keysOf(row).kept]);
        for (const key of [...rows, ...LINES]) sayProblem(key, problems[key]);
        for (const line of LINES) saySource(line, changed, inherited);
        drawActions();
        outlookSoon();
      }
    },
    platformMakesThem: now.platform?.settings === true,
    onFocus: focusOn,
    onSay: (text) => frame.say(text),
  });
}

/** While one types, the fields stay as they are and what hangs on them follows. */
function drawActions(): void {
  if (shown === undefined) return;
  const { own, inherited, busy } = shown;
  const drawn = policyActions({
    draft: draft ?? draftOf(own),
    own,
    inherited,
    busy: busy !== undefined,
    onReview: (edited) => host.send({ type: 'review', edited }),
    onUndo: () => {
      draft = undefined;
      sound = undefined;
      keep();
      draw();
      frame.say('Your changes were undone.');
      focusOn('refresh');
    },
  });
  keepingPlace(() => actions.replaceChildren(...drawn));
}

function drawOutlook(): void {
  if (shown?.at === undefined) return;
  const now = shown;
  const from = new Date(shown.at);
  const policy = policyNow(now);
  const edited = editedPolicy(now);
  const isEdited = draft !== undefined && sound !== undefined;
  const spans = spansFor([policy, sound], from);
  const [longest] = spans;
  const span = longest?.title.replace(/^Next /, '') ?? '';
  keepingPlace(() => {
    const is = presentOf(now, policy, isEdited ? sound : undefined, from);
    placeChildren(present, [nowSection(now, is, isEdited, () => host.send({ type: 'setting' }))]);
  });
  timeline.show({
    from,
    spans,
    note:
      noteText(now, edited === undefined, isEdited) +
      zoneText((isEdited ? sound : policy)?.timeZone ?? 'UTC'),
    above: [storage],
    versionsOf: (stretch) => [
      versionOf('As it is now', now, policy, stretch),
      ...(isEdited ? [versionOf('With the change', now, sound, stretch)] : []),
    ],
  });
  if (longest === undefined) return;
  const stretch = { from, until: timeline.endOf(longest) };
  const figures = storageOf(outlook(now, isEdited ? sound : policy, stretch), stretch);
  const words = `${isEdited ? 'With the change: ' : ''}${storageText(figures, span)}`;
  placeChildren(storage, [h('strong', {}, 'Storage. '), document.createTextNode(words)]);
}

/** What would count with the fields as they are; undefined where they are wrong. */
function editedPolicy({ own, inherited }: ShownPolicy): EditedPolicy | undefined {
  const says = editedOf(draft ?? draftOf(own), inherited);
  if (says === undefined) return undefined;
  sound = effectivePolicy({ inherited, own: says }) ?? {};
  return sound;
}

const outlookSoon = debounce(QUIET_MS, drawOutlook);

function announce(): void {
  const told = shown && activity(shown);
  frame.announce(told === undefined ? '' : spoken(told));
}

host.listen((reply) => receive(reply.shown));

keepAges(30_000);

host.send({ type: 'ready' });
