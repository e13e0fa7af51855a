// The shell's words in the reader's language, as the server put them into the page.
const texts = JSON.parse(document.getElementById("words").textContent);

export const word = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
