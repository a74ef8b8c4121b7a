// Style sheets of what is fetched when it is needed.

const fetched = new Map();

// Resolves when the sheet of this address holds.
export function loadStyle(href) {
  if (!fetched.has(href)) {
    fetched.set(
      href,
      new Promise((resolve, reject) => {
        const link = document.createElement("link");
        link.rel = "stylesheet";
        link.href = href;
        link.onload = resolve;
        link.onerror = () => {
          fetched.delete(href);
          link.remove();
          reject(new TypeError(href));
        };
        document.head.append(link);
      }),
    );
  }
  return fetched.get(href);
}
