/** A page for people outside the Dashboard: plain HTML, rendered on the server, readable without scripts. */
import Head from "next/head";
import { createTranslator } from "use-intl/core";
import messages from "../messages/plain.en.json";

type PlainPageName = keyof typeof messages;

export const PlainPage = ({ name }: { name: PlainPageName }) => {
  const t = createTranslator({ locale: "en", messages });
  const { sections } = messages[name];
  return (
    <main className="crm-plain">
      <Head>
        <title>{t(`${name}.title`)}</title>
      </Head>
      <h1>{t(`${name}.title`)}</h1>
      {sections.map((section) => (
        <section key={section.heading}>
          <h2>{section.heading}</h2>
          {section.text.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </section>
      ))}
    </main>
  );
};
