// English for what the pages themselves say.
export default {
  "page.not_found": "Not found",
  "page.nothing_here": "Page not found",
  "page.not_found_hint": "It may have been deleted, or the link is wrong.",
  "page.go_home": "Go to Home",

  "hashtag.empty": "No tweets with {hashtag} yet",

  "home.signed_out": "{name} is for members",
  "home.signed_out_hint": "Sign in to read and post.",
  "home.enter_key": "Enter your key",
  "home.empty_all": "No tweets yet",
  "home.empty_all_hint": "Be the first to write a tweet.",
  "home.empty_following": "Your timeline is empty",
  "home.empty_following_hint": "Follow people from their profiles, and their tweets appear here with yours.",
};
