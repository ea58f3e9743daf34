using System.Text.RegularExpressions;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>
/// The placeholders of a manifest's commands: <c>{name}</c>. For the same text itself, as shells and awk have it, a
/// command has <c>{{name}}</c>.
/// </summary>
internal static partial class Placeholders
{
    /// <summary>What becomes any number of arguments, so that it stands alone.</summary>
    public static IReadOnlyList<string> Lists { get; } = ["args", "sources"];

    /// <summary>What may be a part of an argument or of a variable.</summary>
    public static IReadOnlyList<string> Texts { get; } =
        ["entry", "entryStem", "entryDirectory", "entryClass", "sourceList", "memoryMb", "heapMb", "cpus", "linker", "cache"];

    /// <summary>What the command that fills a cache knows.</summary>
    public static IReadOnlyList<string> OfCache { get; } = ["cache", "language"];

    /// <summary>The text with values in the place of its placeholders.</summary>
    /// <param name="text">The text.</param>
    /// <param name="valueOf">The value of a name; null for one that is not known, which stays as it is.</param>
    public static string Expand(string text, Func<string, string?> valueOf) => !text.Contains('{') ? text : Pattern().Replace(
        text,
        match => match.Groups["literal"] is { Success: true } literal ? $"{{{literal.Value}}}" : valueOf(match.Groups["name"].Value) ?? match.Value);

    /// <summary>The names in a text.</summary>
    public static IEnumerable<string> In(string text) =>
        Pattern().Matches(text).Select(match => match.Groups["name"]).Where(name => name.Success).Select(name => name.Value);

    [GeneratedRegex(@"\{\{(?<literal>[A-Za-z][A-Za-z0-9_-]*)\}\}|\{(?<name>[A-Za-z][A-Za-z0-9_-]*)\}")]
    private static partial Regex Pattern();
}
