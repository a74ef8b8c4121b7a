// What the server answers, as far as the client reads it. docs/openapi.json has every field.

export interface PersonJson {
  id: number;
  name: string;
  handle: string;
  /** A path, to which variants add `-medium` or `-small`. */
  avatar?: string | null;
  followed?: boolean;
  /** Grows with each change of the counters or the name; only profiles have it. */
  version?: number;
}

/** What is between the viewer and a person. What is false or null may be absent. */
export interface RelationJson {
  blocking?: boolean;
  blocked_by?: boolean;
  muting?: boolean;
  notifications_muted?: boolean;
  muted_until?: string | null;
}

/** What a person says about themselves. What is empty is absent. */
export interface AboutJson {
  bio?: string;
  pronouns?: string;
  fields?: { name: string; value: string; verified_at?: string }[];
  bot?: boolean;
}

export interface EditedProfileJson extends Required<AboutJson> {
  name: string;
  /** The paths of the pictures as they are shown meanwhile. */
  avatar: string | null;
  header: string | null;
  /** Pictures that were chosen, or null for none; absent if they stay. */
  avatar_id?: number | null;
  header_id?: number | null;
}

export interface ProfileJson extends PersonJson, RelationJson, AboutJson {
  follows_you?: boolean;
  created_at: string;
  followers_count: number;
  following_count: number;
  tweets_count: number;
  version: number;
  header?: string | null;
  followed: boolean;
  requested?: boolean;
  locked?: boolean;
  reposts_hidden?: boolean;
  notify?: boolean;
  suspended?: boolean;
  hidden?: boolean;
  scopes?: string[];
  /** Up to three of their followers whom the viewer follows, of `known_followers_count`. */
  known_followers?: PersonJson[];
  known_followers_count?: number;
  /** What the viewer has noted about them. */
  note?: string;
}

/** From -1 to 1 each: x from the left to the right, y from the bottom to the top. */
export interface FocusJson {
  x: number;
  y: number;
}

export interface MediaJson {
  id: number;
  url: string;
  small_url?: string | null;
  width: number | null;
  height: number | null;
  thumbhash?: string | null;
  alt: string;
  focus?: FocusJson | null;
  state: "pending" | "ready" | "broken";
}

/** Who may see a tweet, from the widest audience to the narrowest. */
export type VisibilityName = "public" | "unlisted" | "followers" | "mentioned";

/** What a page says about itself. */
export interface PreviewJson {
  url: string;
  title: string;
  description: string;
  site: string;
  picture: { url: string; width: number; height: number; alt: string; thumbhash: string } | null;
}

/** What the writer of a tweet has chosen for it; the server decides what isn't here. */
export interface ChoicesJson {
  visibility?: string;
  who_may_reply?: string;
  who_may_quote?: string;
  /** Null: none, even if it replies to a tweet with one. */
  warning?: string | null;
  sensitive?: boolean;
  poll?: NewPollJson | null;
  /** A code of ISO 639-1. */
  language?: string;
  /** When to publish it, if not at once. */
  publish_at?: string;
  /** The draft on the server that it was, or what this client calls the one that it will be. */
  draft_id?: number;
  draft_key?: string;
  /** Whether that draft is to be published at a time. */
  draft_scheduled?: boolean;
}

/** A draft or a scheduled tweet on the server. */
export interface SavedDraftJson {
  id: number;
  tweets: { tweet_data: string | null; tweet_media_ids: number[] | null }[];
  in_reply_to_id: number | null;
  quote_of_id: number | null;
  visibility: VisibilityName | null;
  who_may_reply: string;
  who_may_quote: string;
  warning: string | null;
  sensitive: boolean | null;
  poll: NewPollJson | null;
  language: string | null;
  publish_at: string | null;
  /** Why it could not be published. */
  failure: string | null;
  media: MediaJson[];
}

export interface PollJson {
  /** `votes` is null while the results are hidden. */
  options: { text: string; votes: number | null }[];
  voters_count: number;
  multiple: boolean;
  hides_results: boolean;
  ends_at: string;
}

export interface MyPollJson {
  tweet_id: number;
  poll: PollJson;
  chosen: number[];
}

/** A poll that is being written. */
export interface NewPollJson {
  options: string[];
  multiple: boolean;
  hides_results: boolean;
  seconds: number;
}

export interface PreferencesJson {
  default_visibility: VisibilityName;
  default_sensitive: boolean;
  locked: boolean;
  /** In the IANA database; null: not chosen. */
  time_zone: string | null;
}

export interface TweetJson {
  id: number;
  /** All that it says; `text` is there where that is more than the text. */
  content: string;
  text?: string;
  warning?: string;
  sensitive?: boolean;
  edited_at?: string;
  poll?: PollJson;
  author: PersonJson;
  created_at: string;
  liked: boolean;
  /** Absent, as its number, in what was kept from before there were reposts. */
  reposted?: boolean;
  bookmarked: boolean;
  /** Absent in what was kept from before tweets could be pinned. */
  pinned?: boolean;
  likes_count: number;
  replies_count: number;
  reposts_count?: number;
  /** Absent if nobody quotes it. */
  quotes_count?: number;
  /** Null: withdrawn by its author. */
  quote?: { tweet_id: number | null };
  preview?: PreviewJson;
  /** Absent for everyone. */
  who_may_quote?: "everyone" | "followers" | "nobody";
  language?: string;
  in_reply_to_id: number | null;
  thread_root_id: number | null;
  in_reply_to_user: PersonJson | null;
  part?: { number: number; of: number } | null;
  mentions?: PersonJson[];
  /** Absent in what was kept from before there was a choice. */
  visibility?: VisibilityName;
  version: number;
  media?: MediaJson[];
}

export interface NotificationJson {
  id: number;
  kind: "like" | "repost" | "quote" | "follow" | "follow_request" | "follow_accepted" | "reply" | "mention" | "tweet" | "edit" | "poll" | "unpublished";
  people: PersonJson[];
  people_count: number;
  tweet: TweetJson | null;
  created_at: string;
  unread: boolean;
}

export interface NotificationsPage {
  notifications: NotificationJson[];
  next: number | null;
}

/** What stands above or below a tweet in its thread; `depth` is negative above it. */
export type ThreadEntryJson =
  | { type: "tweet"; depth: number; tweet: TweetJson; hidden?: boolean }
  | { type: "deleted"; depth: number; tweet_id: number };

export interface ThreadPage {
  ancestors: ThreadEntryJson[];
  tweet: TweetJson;
  replies: ThreadEntryJson[];
  above: number | null;
  next: string | null;
  muted: boolean;
  who_may_reply: "everyone" | "following" | "mentioned" | "nobody";
  may_reply: boolean;
}

/** A tweet in its own place on a timeline, or in that of the newest of some reposts. */
export interface EntryJson {
  /** The id of the tweet or of that repost. */
  id: number;
  tweet: TweetJson;
  /** Only of reposts. */
  reposters?: PersonJson[];
}

/** A page of a timeline. `kept`: from the service worker, as the server cannot be reached. */
export interface TweetPage {
  tweets: TweetJson[];
  /** On a timeline with reposts, how each of the tweets comes to be there. */
  entries?: EntryJson[];
  next: number | null;
  kept?: boolean;
}

export interface ListJson {
  id: number;
  title: string;
  replies: "none" | "members" | "followed";
  exclusive: boolean;
  members_count: number;
  has_user?: boolean;
}

export interface WholeListJson extends ListJson {
  member_ids: number[];
}

export interface PeoplePage {
  users: PersonJson[];
  next: number | null;
}

export interface MutesPage {
  users: (PersonJson & { notifications_muted: boolean; muted_until: string | null })[];
  next: number | null;
}
