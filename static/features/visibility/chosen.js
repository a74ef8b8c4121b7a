// Who may see the tweet that is being written, as far as it is known here.
import { defaultVisibility, narrower } from "../../core/store/visibility.js";

// `widest`: a reply is never for more people than the tweet that it replies to. Null until it is known what the viewer
// has chosen in Settings: then the server decides.
export function chosenFor(draft, widest = "public") {
  const wanted = draft.choices.value.visibility ?? defaultVisibility.value;
  return wanted && narrower(wanted, widest);
}
