// Editing one's profile: the head above shows it as it will be.
import { useEffect, useId, useRef } from "preact/hooks";
import { changeProfile } from "../../core/api/users.js";
import { useAct } from "../../core/ui/act.js";
import { html } from "../../core/ui/html.js";
import { Button, Trouble } from "../../core/ui/rows.js";
import { notify } from "../../core/store/notices.js";
import { instance, limits, showViewer, viewer } from "../../core/store/session.js";
import { countGraphemes } from "../../core/words/count.js";
import { t } from "../../core/words/words.js";
import { changes, edited, end, isWhole, set, uploads } from "./edited.js";
import { Portrait } from "./portrait.js";
import "./words.js";

function Text({ label, hint, value, most, count = (text) => [...text].length, onInput, area = false, ...rest }) {
  const id = useId();
  const length = count(value.trim());
  const tooLong = length > most;
  const props = {
    id,
    value,
    dir: "auto",
    "aria-invalid": tooLong || undefined,
    "aria-describedby": hint || tooLong ? `${id}-hint` : undefined,
    onInput: (event) => onInput(event.target.value),
    ...rest,
  };
  return html`<div class="profile-field">
    <label for=${id}>${label}</label>
    ${area ? html`<textarea rows="4" ...${props}></textarea>` : html`<input ...${props} />`}
    ${(hint || tooLong) &&
    html`<p id=${`${id}-hint`} class=${tooLong ? "hint bad" : "hint"}>
      ${tooLong ? t("profile.too_long", { count: length - most }) : hint}
    </p>`}
  </div>`;
}

export default function EditForm() {
  const form = useRef(null);
  const said = edited.value;
  const setLine = (at, change) => set({ fields: said.fields.map((one, index) => (index === at ? { ...one, ...change } : one)) });
  const most = limits.value;
  const fits =
    said.name.trim() !== "" &&
    [...said.name.trim()].length <= most.name_max_length &&
    countGraphemes(said.bio.trim()) <= most.bio_max_length &&
    [...said.pronouns.trim()].length <= most.pronouns_max_length &&
    said.fields.every(isWhole) &&
    Object.keys(uploads.value).length === 0;
  const { busy, error, press } = useAct(async () => {
    const changed = changes();
    // What is empty is absent from the answer.
    if (Object.keys(changed).length > 0) showViewer({ scopes: viewer.value.scopes, ...(await changeProfile(changed)) });
    end();
    notify(t("profile.saved"));
  }, fits);
  useEffect(() => form.current.querySelector("input[name=name]").focus({ preventScroll: true }), []);
  return html`<form ref=${form} class="profile-form" aria-label=${t("profile.edit")} onSubmit=${press}>
    <fieldset class="profile-form-fields" disabled=${busy.value}>
      <${Portrait} purpose="avatar" />
      <${Portrait} purpose="header" />
      <${Text}
        label=${t("profile.name")}
        name="name"
        autocomplete="name"
        value=${said.name}
        most=${most.name_max_length}
        hint=${t("profile.handle_stays", { handle: viewer.value.handle })}
        onInput=${(name) => set({ name })}
      />
      <${Text}
        label=${t("profile.pronouns")}
        value=${said.pronouns}
        most=${most.pronouns_max_length}
        onInput=${(pronouns) => set({ pronouns })}
      />
      <${Text}
        area
        label=${t("profile.bio")}
        value=${said.bio}
        most=${most.bio_max_length}
        count=${countGraphemes}
        hint=${t("profile.bio_hint", { count: most.bio_max_length - countGraphemes(said.bio.trim()) })}
        onInput=${(bio) => set({ bio })}
      />
      <fieldset class="profile-lines">
        <legend>${t("profile.fields")}</legend>
        <p class="hint">${t("profile.fields_hint")}</p>
        ${instance.value.features.verified_links &&
        html`<p class="hint">${t("profile.verify_hint")} <code dir="ltr">${`<a rel="me" href="${instance.value.address}/@${viewer.value.handle}">`}</code></p>`}
        ${said.fields.map(
          (one, at) => html`<div key=${at} class="profile-line">
            <input
              dir="auto"
              maxlength=${most.profile_field_name_max_length}
              placeholder=${t("profile.field_name")}
              aria-label=${t("profile.field_name_of", { number: at + 1 })}
              aria-invalid=${!isWhole(one) || undefined}
              value=${one.name}
              onInput=${(event) => setLine(at, { name: event.target.value })}
            />
            <input
              dir="auto"
              maxlength=${most.profile_field_value_max_length}
              placeholder=${t("profile.field_value")}
              aria-label=${t("profile.field_value_of", { number: at + 1 })}
              aria-invalid=${!isWhole(one) || undefined}
              value=${one.value}
              onInput=${(event) => setLine(at, { value: event.target.value })}
            />
          </div>`,
        )}
        ${!said.fields.every(isWhole) && html`<p class="hint bad">${t("profile.field_half")}</p>`}
      </fieldset>
      <label class="check">
        <input type="checkbox" checked=${said.bot} onChange=${(event) => set({ bot: event.target.checked })} />
        <span>${t("profile.is_bot")}</span>
      </label>
    </fieldset>
    ${error.value && html`<${Trouble} error=${error.value} retry=${press} />`}
    <div class="question-buttons">
      <button type="button" class="button" onClick=${end}>${t("action.cancel")}</button>
      <${Button} kind="primary" type="submit" busy=${busy.value} disabled=${!fits}>${t("action.save")}<//>
    </div>
  </form>`;
}
