// English for signing in and out.
export default {
  "leave.title": "Sign out?",
  "leave.unsent": "Your drafts and unsent tweets will be removed from this browser.",
  "leave.now": "Sign out and remove them",
  "leave.only_copy": "This browser has the only copy of your key. Without it, only an administrator can let you back in.",
  "leave.key": "Your key:",
  "leave.replace_title": "Sign in with another key?",
  "leave.replace": "Sign in with the other key anyway",
  "leave.anyway": "Sign out anyway",

  "key.signed_out": "You're signed out. Your key and drafts were removed from this browser.",
  "key.demo": "Demo server: sign in with the key test or test1.",
};
