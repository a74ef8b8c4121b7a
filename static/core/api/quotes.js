// Quotes over the wire.
import { call } from "./http.js";
import { page } from "./tweets.js";

/** @returns {Promise<import("./shapes.js").TweetPage>} */
export const fetchQuotes = (id, before, limit) => call("GET", `/tweets/${id}/quotes`, { query: page(before, limit) });

export const limitQuotes = (id, who) => call("PATCH", `/tweets/${id}`, { body: { who_may_quote: who } });

export const withdrawQuote = (id) => call("DELETE", `/tweets/${id}/quote`);
