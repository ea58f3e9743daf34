using System.Text;
using CodeCrafter.Sandbox;
using CodeCrafter.Sandbox.Languages;
using CodeCrafter.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CodeCrafter.Server.Sessions;

/// <summary>The document that a new session starts with.</summary>
internal static class NewDocument
{
    /// <summary>From the given files, or from the language's sample. Exactly one of the results is not null.</summary>
    public static (DocumentContent? Content, ProblemHttpResult? Problem) From(
        IReadOnlyList<FileRequest?>? given, Language language, SessionOptions options)
    {
        if (given is not { Count: > 0 })
        {
            return (new DocumentContent([new SessionFile(language.FileName, language.Sample)], language.FileName, language.Id), null);
        }

        if (Check(given, options) is { } problem)
        {
            return (null, problem);
        }

        SessionFile[] files = [.. given.Select(file => new SessionFile(file!.Path!, file.Content!))];
        var entry = Array.Find(files, file => file.Path == language.FileName) ?? files[0];
        return (new DocumentContent(files, entry.Path, language.Id), null);
    }

    private static ProblemHttpResult? Check(IReadOnlyList<FileRequest?> files, SessionOptions options)
    {
        if (files.Count > options.MaxFiles)
        {
            return Problems.Invalid("files", $"A session has at most {options.MaxFiles} files.");
        }

        for (var i = 0; i < files.Count; i++)
        {
            if (files[i] is not { } file)
            {
                return Problems.Invalid($"files[{i}]", "A file must not be null.");
            }

            if (RequestRules.CheckPath(file.Path!) is { } error)
            {
                return Problems.Invalid($"files[{i}].path", error);
            }
        }

        if (RequestRules.CheckTogether(files.Select(file => file!.Path!)) is { } clash)
        {
            return Problems.Invalid("files", clash);
        }

        return files.Sum(file => (long)Encoding.UTF8.GetByteCount(file!.Content!)) > options.MaxDocumentBytes
            ? Problems.Create(413, "document_too_large", $"The files have more than {options.MaxDocumentBytes} bytes together.")
            : null;
    }
}
