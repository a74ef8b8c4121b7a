// English for the first view. Forms are those of Intl.PluralRules.
export default {
  "action.back": "Back",
  "action.close": "Close",
  "action.dismiss": "Dismiss",
  "action.retry": "Retry",

  "nav.home": "Home",
  "nav.main": "Main",
  "nav.profile": "Profile",
  "nav.settings": "Settings",
  "nav.skip": "Skip to content",

  "aside.label": "Account",

  "key.label": "API key",
  "key.show": "Show key",
  "key.sign_in": "Sign in",
  "key.sign_out": "Sign out",
  "key.none": "Enter your key to read and write.",
  "key.checking": "Checking the key…",
  "key.valid": "The key is valid",
  "key.invalid": "This key is not known here.",

  "home.all": "All",
  "home.following": "Following",
  "home.tabs": "Timelines",

  "feed.loading": "Loading…",
  "feed.more": "Load more",
  "feed.end": "That is all",

  "compose.open": "Write a tweet",
  "compose.placeholder": "What is happening?",
  "compose.send": "Tweet",

  "tweet.show_more": "Show more",
  "tweet.show_less": "Show less",
  "tweet.like": { one: "Like, {count} so far", other: "Like, {count} so far" },
  "tweet.like_hint": "Like",
  "tweet.unlike_hint": "Unlike",
  "tweet.copy_link": "Copy link",
  "tweet.delete": "Delete tweet",

  "media.open": "Open picture {count}",
  "media.open_alt": "Open picture: {alt}",
  "media.pending": "The picture is being prepared",

  "page.failed": "This page did not load",
  "page.reload": "Reload",
  "page.new_version": "A new version of Perch is here.",

  "error.offline": "You are offline.",
  "error.unreachable": "The server cannot be reached.",
  "error.timeout": "The server did not answer in time.",
  "error.missing_key": "Sign in with your API key first.",
  "error.invalid_key": "Your key is no longer accepted. Sign in again.",
  "error.not_found": "This is not here.",
  "error.rate_limited": {
    one: "Too fast. Try again in {count} second.",
    other: "Too fast. Try again in {count} seconds.",
  },
  "error.rate_limited_soon": "Too fast. Try again in a moment.",
  "error.internal_error": "The server made a mistake.",
  "error.unavailable": "The server is busy. Try again in a moment.",
};
