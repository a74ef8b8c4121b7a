// English for suspensions of administrators.
export default {
  "consent.ask": "Ask for suspension",
  "consent.ask_name": "Ask for the suspension of {name}",
  "consent.ask_sure": "It takes effect when another administrator confirms it, or after 72 hours. Links that they made end now.",
  "consent.title": "Suspension of @{handle}",
  "consent.about": "asked for by @{by}, takes effect {time} unless it is confirmed before",
  "consent.of": "{what}: {name}",
  "consent.confirm": "Confirm",
  "consent.confirm_sure": "@{handle} is suspended at once. Only the server's terminal can lift it.",
  "consent.withdraw": "Withdraw",
  "consent.withdraw_sure": "@{handle} stays an administrator.",
  "error.no_consent": "This is for another administrator, who has been one for three days.",
  "error.suspension_asked": "This is asked for already, or another request of yours still waits.",
  "error.suspension_not_found": "This request has already been settled.",
};
