/** The page's own words, in the language that the conversation is in. */

const all = JSON.parse(document.getElementById('words').textContent);

export function say(key) {
  return all[document.documentElement.lang][key];
}

/** Says everything that the page says in another language from now on. */
export function speak(language) {
  if (!all[language] || language === document.documentElement.lang) {
    return;
  }
  document.documentElement.lang = language;
  each('data-word', (element, key) => {
    element.textContent = say(key);
  });
  each('data-hint', (element, key) => {
    element.title = say(key);
  });
  each('data-name', (element, key) => {
    element.setAttribute('aria-label', say(key));
  });
  each('data-placeholder', (element, key) => {
    element.placeholder = say(key);
  });
  each('data-who', (element) => {
    element.setAttribute('data-who', say(element.getAttribute('data-from')));
  });
}

function each(attribute, change) {
  document.querySelectorAll(`[${attribute}]`).forEach((element) => {
    change(element, element.getAttribute(attribute));
  });
}
