// The catalogues: one file a language. A sentence is looked up by its key; `{name}` is filled in.

export const LANGUAGES = ["ja", "en"];

export async function loadWords() {
  const catalogues = {};
  await Promise.all(LANGUAGES.map(async (language) => {
    const answer = await fetch(`/pages/words/${language}.json`);
    catalogues[language] = await answer.json();
  }));
  return catalogues;
}

export function wordsOf(catalogues, language) {
  const catalogue = catalogues[language];
  const say = (key, values = {}) => {
    const sentence = catalogue[key];
    if (sentence === undefined) throw new Error(`no words for ${key}`);
    return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
  say.language = language;
  say.has = (key) => catalogue[key] !== undefined;
  say.either = (entry, stem) => (language === "ja" ? entry[stem] : entry[`${stem}_en`] || entry[stem]);
  say.named = (language_) => catalogues[language_].language;
  return say;
}

export const yen = (amount) => amount.toLocaleString("ja-JP");
