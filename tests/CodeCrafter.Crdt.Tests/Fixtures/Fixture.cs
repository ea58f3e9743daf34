using System.Text.Json;

namespace CodeCrafter.Crdt.Tests.Fixtures;

/// <summary>A state that a version of Yjs once wrote; see interop/make-fixtures.mjs.</summary>
public sealed record Fixture(
    string Name, byte[] Update, byte[] Vector, bool IsPending, byte[]? UpdateV2 = null, byte[]? Snapshot = null, byte[]? SnapshotV2 = null)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web);

    /// <summary>Of several versions, the oldest first.</summary>
    public static IReadOnlyList<Fixture> All { get; } =
    [
        .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures"), "*.json")
            .Order(StringComparer.Ordinal)
            .SelectMany(Read),
    ];

    public static TheoryData<Fixture> Cases => [.. All.Where(fixture => fixture.Update.Length < 1000 || !Seeds.IsBrief)];

    /// <summary>Of the versions that had a second format.</summary>
    public static TheoryData<Fixture> WithV2 => [.. All.Where(fixture => fixture.UpdateV2 is not null)];

    /// <summary>For tests that change every bit.</summary>
    public static TheoryData<Fixture> BitByBit => [.. All.Where(fixture => fixture.Update.Length < 150 || !Seeds.IsBrief)];

    /// <summary>The version of Yjs that wrote it.</summary>
    public string Version { get; private init; } = "";

    public static Fixture Newest(string name) => All.Last(fixture => fixture.Name == name);

    public override string ToString() => $"{Version} {Name}";

    private static IEnumerable<Fixture> Read(string file)
    {
        var version = Path.GetFileNameWithoutExtension(file);
        return JsonSerializer.Deserialize<Fixture[]>(File.ReadAllText(file), s_options)!.Select(fixture => fixture with { Version = version });
    }
}
