using CodeCrafter.Crdt;
using CodeCrafter.Server.Sessions;

namespace CodeCrafter.Server.Collaboration.Documents;

/// <summary>
/// What the documents of sessions look like: a root map <c>files</c> from path to text, and a root map <c>meta</c>
/// with <c>entry</c> and <c>language</c>.
/// </summary>
internal static class SessionDocument
{
    /// <summary>A new document with this content, as one update.</summary>
    public static byte[] Encode(DocumentContent content)
    {
        var doc = new Doc();
        doc.Transact(() =>
        {
            foreach (var file in content.Files)
            {
                doc.GetMap("files").Set(file.Path, new YText(file.Content));
            }

            doc.GetMap("meta").Set("entry", content.Entry);
            doc.GetMap("meta").Set("language", content.Language);
        });
        return doc.EncodeStateAsUpdate();
    }

    /// <summary>The content now. Entries that are no texts, which a client may have written, are passed over.</summary>
    public static DocumentContent Read(Doc doc)
    {
        var files = doc.GetMap("files");
        var contents = files.Keys
            .Order(StringComparer.Ordinal)
            .Select(path => (Path: path, Text: files.GetText(path)))
            .Where(file => file.Text is not null)
            .Select(file => new SessionFile(file.Path, file.Text!.ToString()))
            .ToList();
        var entry = doc.GetMap("meta").GetString("entry");
        if (entry is null || contents.All(file => file.Path != entry))
        {
            entry = contents.FirstOrDefault()?.Path ?? "";
        }

        return new DocumentContent(contents, entry, LanguageOf(doc) ?? "");
    }

    /// <summary>The language that the document names, which any client may have written.</summary>
    public static string? LanguageOf(Doc doc) => doc.GetMap("meta").GetString("language");

    public static void SetLanguage(Doc doc, string language) => doc.GetMap("meta").Set("language", language);
}
