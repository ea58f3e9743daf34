using System.Text.Json;
using CodeCrafter.Crdt.Sync;

namespace CodeCrafter.Crdt.Fuzz;

/// <summary>The inputs that fuzzing starts from: small states that Yjs wrote, in the form that each target takes.</summary>
public static class Seeds
{
    private const int MaxBytes = 400;

    /// <param name="fixtures">The path of a file with fixtures of the tests.</param>
    /// <param name="folder">Gets one folder for each target.</param>
    public static void Write(string fixtures, string folder)
    {
        var all = JsonSerializer.Deserialize<Fixture[]>(File.ReadAllText(fixtures), JsonSerializerOptions.Web)!
            .Where(fixture => fixture.Update.Length <= MaxBytes).ToArray();
        foreach (var (i, fixture) in all.Index())
        {
            var state = Update.EncodeStateVectorFromUpdate(fixture.Update);
            var next = all[(i + 1) % all.Length].Update;
            Save("update", fixture.Update);
            Save("update-v2", Update.ConvertV1ToV2(fixture.Update));
            Save("state-vector", state);
            Save("merge", FuzzTarget.Join(fixture.Update, Update.DiffUpdate(fixture.Update, Half(state)), next));
            Save("merge-v2", FuzzTarget.Join(Update.ConvertV1ToV2(fixture.Update), Update.ConvertV1ToV2(next)));
            Save("rich", FuzzTarget.Join(fixture.Update));
            Save("sync", SyncProtocol.WriteUpdate(fixture.Update));
            Save("sync", SyncProtocol.WriteStep1(state));

            void Save(string target, byte[] bytes)
            {
                var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, target)).FullName, $"seed-{i:00}-{bytes[0]}");
                File.WriteAllBytes(path, bytes);
            }
        }

        foreach (var (i, edit) in RichDocument.Edits().Index())
        {
            Directory.CreateDirectory(Path.Combine(folder, "rich"));
            File.WriteAllBytes(Path.Combine(folder, "rich", $"seed-edit-{i:00}"), FuzzTarget.Join(edit));
        }

        WriteSnapshotsAndPositions(folder);
        var awareness = Directory.CreateDirectory(Path.Combine(folder, "awareness")).FullName;
        File.WriteAllBytes(Path.Combine(awareness, "seed-00"), [2, 1, 1, 8, .. "{\"a\":1 }"u8, 0x87, 1, 5, 4, .. "null"u8]);
        File.WriteAllBytes(Path.Combine(folder, "sync", "seed-auth"), SyncProtocol.WritePermissionDenied("no"));
        File.WriteAllBytes(Path.Combine(folder, "sync", "seed-query"), SyncProtocol.WriteQueryAwareness());
    }

    private static void WriteSnapshotsAndPositions(string folder)
    {
        var doc = new RichDocument(collectsGarbage: false).Doc;
        var text = doc.GetText("text");
        var place = RelativePosition.FromIndex(text, 3);
        text.Delete(2, 3);
        var end = RelativePosition.FromIndex(doc.GetXmlFragment("xml"), doc.GetXmlFragment("xml").Length, association: -1);
        var nested = RelativePosition.FromIndex(doc.GetMap("map").GetArray("list")!, 2);
        var (snapshots, positions) = (Path.Combine(folder, "snapshot"), Path.Combine(folder, "position"));
        Directory.CreateDirectory(snapshots);
        Directory.CreateDirectory(positions);
        File.WriteAllBytes(Path.Combine(snapshots, "seed-00"), doc.Snapshot().Encode());
        File.WriteAllBytes(Path.Combine(snapshots, "seed-01"), doc.Snapshot().EncodeV2());
        File.WriteAllBytes(Path.Combine(snapshots, "seed-02"), Snapshot.Empty.Encode());
        foreach (var (i, position) in new[] { place, end, nested }.Index())
        {
            File.WriteAllBytes(Path.Combine(positions, $"seed-{i:00}"), position.Encode());
            File.WriteAllText(Path.Combine(positions, $"seed-{i:00}-json"), position.ToJson());
        }
    }

    private static byte[] Half(byte[] state) => Update.EncodeStateVector(
        Update.DecodeStateVector(state).ToDictionary(entry => entry.Key, entry => entry.Value / 2));

    private sealed record Fixture(byte[] Update);
}
