using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>Reads a manifest, and says in the words of whoever wrote it where its shape is not that of one.</summary>
internal static class ManifestShape
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private static readonly JsonDocumentOptions _document = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The manifest; null where something is wrong with it.</summary>
    /// <param name="text">UTF-8 JSON.</param>
    /// <param name="problems">What is wrong, each with the member that it is in.</param>
    public static LanguageManifest? Read(ReadOnlyMemory<byte> text, out IReadOnlyList<string> problems)
    {
        try
        {
            using var document = JsonDocument.Parse(text, _document);
            var found = new List<string>();
            Check(document.RootElement, _json.GetTypeInfo(typeof(LanguageManifest)), "", found);
            problems = found;
            return found.Count > 0 ? null : document.Deserialize<LanguageManifest>(_json);
        }
        catch (JsonException exception)
        {
            problems = [$"this is no JSON, at line {exception.LineNumber + 1}: {WithoutPlace(exception.Message)}"];
        }
        // Of all members only a pattern is more than its type.
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            problems = [$"'parkUnless' is no pattern that can be used: {exception.Message.ReplaceLineEndings(" ")}"];
        }
        return null;
    }

    private static void Check(JsonElement value, JsonTypeInfo type, string path, List<string> problems)
    {
        if (value.ValueKind != KindOf(type))
        {
            problems.Add($"{(path.Length == 0 ? "all of it" : $"'{path}'")} must be {Describe(type)}, not {Describe(value.ValueKind)}");
        }
        else if (type.Kind == JsonTypeInfoKind.Object)
        {
            CheckMembers(value, type, path, problems);
        }
        else if (type.Kind == JsonTypeInfoKind.Enumerable)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Check(item, _json.GetTypeInfo(type.ElementType!), $"{path}[{index++}]", problems);
            }
        }
        else if (type.Kind == JsonTypeInfoKind.Dictionary)
        {
            foreach (var entry in value.EnumerateObject())
            {
                Check(entry.Value, _json.GetTypeInfo(type.ElementType!), $"{path}.{entry.Name}", problems);
            }
        }
    }

    private static void CheckMembers(JsonElement value, JsonTypeInfo type, string path, List<string> problems)
    {
        var prefix = path.Length == 0 ? "" : path + ".";
        var missing = type.Properties.Where(property => property.IsRequired).ToList();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in value.EnumerateObject())
        {
            if (type.Properties.FirstOrDefault(property => property.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase)) is not { } property)
            {
                problems.Add($"'{prefix}{member.Name}' is not known; known here are {string.Join(", ", type.Properties.Select(known => known.Name))}");
                continue;
            }
            missing.Remove(property);
            if (!seen.Add(member.Name))
            {
                problems.Add($"'{prefix}{property.Name}' is there twice");
            }
            if (member.Value.ValueKind != JsonValueKind.Null || !property.IsSetNullable)
            {
                Check(member.Value, _json.GetTypeInfo(property.PropertyType), prefix + property.Name, problems);
            }
        }
        problems.AddRange(missing.Select(property => $"'{prefix}{property.Name}' is missing: it must be {Describe(_json.GetTypeInfo(property.PropertyType))}"));
    }

    private static JsonValueKind KindOf(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => JsonValueKind.Object,
        JsonTypeInfoKind.Enumerable => JsonValueKind.Array,
        _ => JsonValueKind.String,
    };

    private static string Describe(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object => "an object",
        JsonTypeInfoKind.Dictionary => "an object of texts",
        JsonTypeInfoKind.Enumerable => "a list of texts",
        _ => "a text",
    };

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    // The parser counts lines from 0, and says so at the end of its sentence.
    private static string WithoutPlace(string message) =>
        message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and >= 0 ? message[..end] : message;
}
