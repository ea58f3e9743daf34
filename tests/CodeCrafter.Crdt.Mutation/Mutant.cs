using System.Text.Json;

namespace CodeCrafter.Crdt.Mutation;

/// <summary>One small change of the library that Stryker made; a static one is in the initialiser of a static field.</summary>
internal sealed record Mutant(int Id, bool IsStatic, string File, int Line, int Column, string Change)
{
    /// <summary>Stryker's list, without what it was told to ignore and what does not compile.</summary>
    public static List<Mutant> ReadAll(string folder)
    {
        using var report = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(folder, "reports", "mutation-report.json")));
        return [.. report.RootElement.GetProperty("files").EnumerateObject().SelectMany(ReadFile).OrderBy(mutant => mutant.Id)];
    }

    private static IEnumerable<Mutant> ReadFile(JsonProperty file)
    {
        var lines = file.Value.GetProperty("source").GetString()!.Split('\n');
        const string library = "src/CodeCrafter.Crdt/";
        var name = file.Name.Replace('\\', '/');
        name = name[(name.LastIndexOf(library, StringComparison.Ordinal) is var at and >= 0 ? at + library.Length : 0)..];
        foreach (var mutant in file.Value.GetProperty("mutants").EnumerateArray())
        {
            if (mutant.GetProperty("status").GetString() is "Ignored" or "CompileError")
            {
                continue;
            }

            var (start, end) = (Position("start"), Position("end"));
            var original = start.Line == end.Line
                ? lines[start.Line - 1][(start.Column - 1)..(end.Column - 1)]
                : lines[start.Line - 1][(start.Column - 1)..].Trim() + " …";
            var replacement = string.Join(' ', mutant.GetProperty("replacement").GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            var isStatic = mutant.TryGetProperty("static", out var value) && value.ValueKind == JsonValueKind.True;
            yield return new(int.Parse(mutant.GetProperty("id").GetString()!), isStatic, name, start.Line, start.Column, $"{original}  =>  {replacement}");

            (int Line, int Column) Position(string which)
            {
                var position = mutant.GetProperty("location").GetProperty(which);
                return (position.GetProperty("line").GetInt32(), position.GetProperty("column").GetInt32());
            }
        }
    }
}
