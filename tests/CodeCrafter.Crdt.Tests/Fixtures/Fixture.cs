using System.Text.Json;

namespace CodeCrafter.Crdt.Tests.Fixtures;

/// <summary>A state that a version of Yjs once wrote; see interop/make-fixtures.mjs.</summary>
public sealed record Fixture(string Name, byte[] Update, byte[] Vector, bool IsPending)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<Fixture> All { get; } =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures"), "*.json")
            .SelectMany(file => JsonSerializer.Deserialize<Fixture[]>(File.ReadAllText(file), s_options)!),
    ];

    public static TheoryData<Fixture> Cases => [.. All];

    public override string ToString() => Name;
}
