// What else there is to do about a tweet or a person: blocking and muting.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { fetchThread } from "../../core/api/tweets.js";
import { Dialog } from "../../core/ui/dialog.js";
import { Answers, Item, Question, TITLE, useLast } from "../../core/ui/menu.js";
import { lazy } from "../../core/ui/lazy.js";
import { Skeletons, Trouble } from "../../core/ui/rows.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { copyText } from "../../core/ui/copy.js";
import { notify } from "../../core/store/notices.js";
import { openEdit } from "../../core/store/openers.js";
import { loadProfile } from "../../core/store/people.js";
import { relationIn } from "../../core/store/relations.js";
import { administers, viewer } from "../../core/store/session.js";
import { isHiddenReply, openedThread } from "../../core/store/threads.js";
import { tweetById } from "../../core/store/tweets.js";
import { t } from "../../core/words/words.js";
import { deleteTweet } from "../timeline/deletions.js";
import { HistoryItem } from "../timeline/history-item.js";
import { pinTweet } from "../pins/pin.js";
import { LanguageItem, STEPS as LANGUAGE_STEPS } from "../languages/menu.js";
import { QuoteItem, QuoteItems, STEPS as QUOTE_STEPS } from "../quotes/menu.js";
import { block, decideWhoReplies, hideReply, hideReposts, mute, muteThread, unblock, unmute } from "./relations.js";

const HOUR = 3600;
const LENGTHS = [
  [null, "relation.for_ever"],
  [HOUR, "relation.hour"],
  [24 * HOUR, "relation.day"],
  [7 * 24 * HOUR, "relation.week"],
];

async function copyLink(tweet) {
  const address = new URL(`/tweets/${tweet.id}`, location.origin).href;
  notify((await copyText(address)) ? t("tweet.link_copied") : address);
}

async function copyContent(tweet) {
  notify(t((await copyText(tweet.text)) ? "tweet.text_copied" : "tweet.not_copied"));
}

const isMe = (id) => id !== undefined && id === viewer.value?.id;

// Whether the viewer began the conversation with this tweet; and whether they may put this reply behind a click.
const began = (tweet) => tweet?.replyTo === null && isMe(tweet.author.id);
const mayHide = (tweet) =>
  tweet &&
  tweet.replyTo !== null &&
  !isMe(tweet.author.id) &&
  (isMe(tweet.replyToPerson?.id) || isMe(tweetById(tweet.rootId)?.author.id));

const mayPin = (tweet) => tweet && isMe(tweet.author.id) && tweet.visibility !== "mentioned";

const MOST_REPOSTERS = 3;

// Of the author, and of those who reposted the tweet where it is listed.
function HideReposts({ person }) {
  const hidden = person.profile.value?.reposts_hidden === true;
  const act = useLast(() => hideReposts(person, !hidden));
  return html`<${Item}
      words=${hidden ? "relation.show_reposts" : "relation.hide_reposts"}
      handle=${person.handle.value}
      act=${act}
    />
    ${act.error.value && html`<li><${Trouble} error=${act.error.value} retry=${act.press} /></li>`}`;
}

function Items({ person, tweet, reposters, threadMuted, go }) {
  const handle = person.handle.value;
  const { muting, blocking } = relationIn(person.profile.value);
  const acts = {
    unmute: useLast(() => unmute(person)),
    unblock: useLast(() => unblock(person)),
    hide: useLast(() => hideReply(tweet, !isHiddenReply(tweet.id))),
    copy: useLast(() => copyLink(tweet)),
    text: useLast(() => copyContent(tweet)),
    thread: useLast(() => muteThread(tweet, !threadMuted)),
    pin: useLast(() => pinTweet(tweet, !tweet.pinned.value)),
  };
  const failed = Object.values(acts).find((act) => act.error.value);
  const turn = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    buttons.at((at + step) % buttons.length)?.focus();
  };
  return html`<ul class="menu-items" onKeyDown=${turn}>
      ${tweet && html`<${QuoteItem} tweet=${tweet} />`}
      ${tweet && html`<${Item} words="tweet.copy_link" act=${acts.copy} />`}
      ${tweet?.text && html`<${Item} words="tweet.copy_text" act=${acts.text} />`}
      ${tweet && html`<${HistoryItem} tweet=${tweet} />`}
      ${tweet && html`<${Item} words=${threadMuted ? "relation.unmute_thread" : "relation.mute_thread"} act=${acts.thread} />`}
      ${tweet && isMe(tweet.author.id) && html`<${Item} words="tweet.edit" act=${{ press: () => openEdit(tweet) }} />`}
      ${mayPin(tweet) && html`<${Item} words=${tweet.pinned.value ? "pins.unpin" : "pins.pin"} act=${acts.pin} />`}
      ${began(tweet) && html`<${Item} words="relation.who_replies" act=${{ press: () => go("replies") }} />`}
      ${tweet && html`<${QuoteItems} tweet=${tweet} go=${go} />`}
      ${tweet && html`<${LanguageItem} tweet=${tweet} go=${go} />`}
      ${mayHide(tweet) &&
      html`<${Item} words=${isHiddenReply(tweet.id) ? "relation.show_reply" : "relation.hide_reply"} act=${acts.hide} />`}
      ${[person, ...reposters]
        .filter((one) => one.followed.value && !isMe(one.id))
        .slice(0, MOST_REPOSTERS)
        .map((one) => html`<${HideReposts} key=${one.id} person=${one} />`)}
      ${viewer.value?.id !== person.id &&
      html`${!blocking && html`<${Item} words="relation.lists" act=${{ press: () => go("lists") }} />`}
        <${Item}
          words=${muting ? "relation.unmute" : "relation.mute"}
          handle=${handle}
          act=${muting ? acts.unmute : { press: () => go("mute") }}
        />
        <${Item}
          words=${blocking ? "relation.unblock" : "relation.block"}
          handle=${handle}
          act=${blocking ? acts.unblock : { press: () => go("block") }}
        />`}
      ${tweet &&
      administers.value &&
      !isMe(person.id) &&
      html`<${Item} words="relation.delete" handle=${handle} act=${{ press: () => go("delete") }} />`}
    </ul>
    ${failed && html`<${Trouble} error=${failed.error.value} retry=${failed.press} />`}`;
}

function Block({ person }) {
  const act = useLast(() => block(person));
  const title = t("relation.block", { handle: person.handle.value });
  return html`<${Question} title=${title} act=${act} now=${t("relation.block_now")} kind="danger">
    <p>${t("relation.block_about")}</p>
  <//>`;
}

function Mute({ person }) {
  const name = useId();
  const seconds = useSignal(null);
  const notifications = useSignal(true);
  const act = useLast(() =>
    mute(person, { seconds: seconds.value, notifications: notifications.value }),
  );
  const title = t("relation.mute", { handle: person.handle.value });
  return html`<${Question} title=${title} act=${act} now=${t("relation.mute_now")}>
    <p>${t("relation.mute_about")}</p>
    <fieldset class="choices">
      <legend>${t("relation.how_long")}</legend>
      ${LENGTHS.map(
        ([length, words]) => html`<label class="check" key=${words}>
          <input
            type="radio"
            name=${name}
            checked=${seconds.value === length}
            onChange=${() => (seconds.value = length)}
          />
          <span>${t(words)}</span>
        </label>`,
      )}
    </fieldset>
    <label class="check">
      <input
        type="checkbox"
        checked=${notifications}
        onChange=${(event) => (notifications.value = event.target.checked)}
      />
      <span>${t("relation.notifications_too")}</span>
    </label>
  <//>`;
}

const WHO = ["everyone", "following", "mentioned", "nobody"];

function WhoReplies({ tweet }) {
  const name = useId();
  const who = useSignal(null);
  const act = useLast(() => decideWhoReplies(tweet, who.value), who.value !== null);
  const known = useAct(async () => (who.value = (await fetchThread(tweet.id, undefined, 0)).who_may_reply));
  useEffect(() => void known.press(), []);
  const title = t("relation.who_replies");
  const failed = act.error.value ? act : known;
  return html`<${Question} title=${title} act=${act} now=${t("action.save")} disabled=${who.value === null} failed=${failed}>
    <${Answers} name=${name} label=${title} answers=${WHO} words=${(one) => `relation.replies_${one}`} chosen=${who} />
    <p class="hint">${t("relation.replies_stay")}</p>
  <//>`;
}

// By an administrator, whose tweet it isn't.
function Delete({ person, tweet }) {
  const act = useLast(async () => deleteTweet(tweet));
  const title = t("relation.delete", { handle: person.handle.value });
  return html`<${Question} title=${title} act=${act} now=${t("tweet.delete")} kind="danger">
    <p>${t("relation.delete_about")}</p>
  <//>`;
}

const ChooseLists = lazy(() => import("../lists/choose.js"), { Waiting: Skeletons });

const STEPS = { block: Block, delete: Delete, lists: ChooseLists, mute: Mute, replies: WhoReplies, ...LANGUAGE_STEPS, ...QUOTE_STEPS };

/**
 * @param {object} props
 * @param {import("../../core/store/people.js").Person} props.person
 * @param {import("../../core/store/tweets.js").Tweet} [props.tweet] whose conversation may be muted
 * @param {import("../../core/store/people.js").Person[]} [props.reposters] who reposted it, where that is why it is listed
 */
export default function Menu({ person, tweet, reposters = [] }) {
  const step = useSignal(null);
  const threadMuted = useSignal((tweet && openedThread(tweet.id)?.muted.value) ?? false);
  useEffect(() => {
    for (const one of [person, ...reposters.slice(0, MOST_REPOSTERS)]) {
      if (!isMe(one.id)) loadProfile(one.id).catch(() => {});
    }
    if (!tweet) return;
    fetchThread(tweet.id, undefined, 0).then(
      ({ muted }) => (threadMuted.value = muted),
      () => {},
    );
  }, []);
  const Step = STEPS[step.value];
  const label = t("relation.menu", { handle: person.handle.value });
  return html`<${Dialog} label=${label} aria-labelledby=${Step ? TITLE : undefined} kind=${Step ? "panel question" : "panel menu"}>
    ${Step
      ? html`<${Step} person=${person} tweet=${tweet} />`
      : html`<${Items} person=${person} tweet=${tweet} reposters=${reposters} threadMuted=${threadMuted.value} go=${(name) => (step.value = name)} />`}
  <//>`;
}
