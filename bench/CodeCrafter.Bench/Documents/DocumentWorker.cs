using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CodeCrafter.Crdt;

namespace CodeCrafter.Bench.Documents;

/// <summary>What one step gave.</summary>
/// <param name="Milliseconds">Of each repetition. The first is the first in its process, so that code was compiled and loaded in it.</param>
/// <param name="Bytes">Of all updates that were emitted (local), the encoded state (apply, encode), or the memory of one document.</param>
/// <param name="Digest">Of these bytes, where there are any.</param>
/// <param name="Content">A digest of the content of the document in the end.</param>
internal sealed record StepResult(string Step, IReadOnlyList<double> Milliseconds, double Bytes, string Digest, string Content);

/// <summary>
/// Does the steps of a workload with CodeCrafter.Crdt, as peers/documents.mjs does them with Yjs and ywasm: a process of
/// its own, so that nothing of one step is warm in the next unless that is wanted.
/// </summary>
internal sealed class DocumentWorker
{
    public static readonly IReadOnlyList<string> Steps = ["local", "apply", "load", "encode", "memory"];
    private const int MaxRepetitions = 1000;

    private readonly Workload _workload;
    private readonly byte[][] _updates;
    private readonly byte[] _state;
    private readonly double _seconds;

    private DocumentWorker(Workload workload, byte[][] updates, byte[] state, double seconds) =>
        (_workload, _updates, _state, _seconds) = (workload, updates, state, seconds);

    /// <summary>The updates of all edits, in their order, and the state in the end.</summary>
    public static (byte[][] Updates, byte[] State) Prepare(Workload workload)
    {
        var updates = new List<byte[]>();
        Edit(workload, updates.Add);
        var doc = new Doc(clientId: 1);
        foreach (var update in updates)
        {
            doc.ApplyUpdate(update);
        }

        return ([.. updates], doc.EncodeStateAsUpdate());
    }

    /// <summary>Runs steps on files that were prepared, and prints their results as JSON.</summary>
    public static void Run(string workload, string updates, string state, IReadOnlyList<string> steps, double seconds)
    {
        var worker = new DocumentWorker(Workload.Read(workload), ReadUpdates(updates), File.ReadAllBytes(state), seconds);
        Console.WriteLine(JsonSerializer.Serialize(steps.Select(worker.Run), JsonSerializerOptions.Web));
    }

    /// <summary>Writes updates one behind the other, each after its length in four bytes, the lowest first.</summary>
    public static void WriteUpdates(string path, IEnumerable<byte[]> updates)
    {
        using var file = new BufferedStream(File.Create(path), 1 << 20);
        Span<byte> length = stackalloc byte[4];
        foreach (var update in updates)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, update.Length);
            file.Write(length);
            file.Write(update);
        }
    }

    private static byte[][] ReadUpdates(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        var updates = new List<byte[]>();
        while (!bytes.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            updates.Add(bytes.Slice(4, length).ToArray());
            bytes = bytes[(4 + length)..];
        }

        return [.. updates];
    }

    private StepResult Run(string step) => step switch
    {
        "local" => Local(),
        "apply" => Apply(),
        "load" => Load(),
        "encode" => Encode(),
        "memory" => Memory(),
        _ => throw new InvalidOperationException($"There is no step '{step}'."),
    };

    private StepResult Local()
    {
        List<byte[]> updates = [];
        Doc[] docs = [];
        var times = Repeat(() =>
        {
            updates = new List<byte[]>(_updates.Length);
            docs = Edit(_workload, updates.Add);
        });
        var result = new StepResult("local", times, updates.Sum(update => (double)update.Length), Digest(updates), Content(docs[0]));
        return Checked(result, docs[0]);
    }

    private StepResult Apply()
    {
        var doc = new Doc();
        var times = Repeat(() =>
        {
            doc = new Doc(clientId: 1);
            foreach (var update in _updates)
            {
                doc.ApplyUpdate(update);
            }
        });
        var state = doc.EncodeStateAsUpdate();
        return Checked(new StepResult("apply", times, state.Length, Digest([state]), Content(doc)), doc);
    }

    private StepResult Load()
    {
        var doc = new Doc();
        var times = Repeat(() =>
        {
            doc = Loaded();
            Read(doc);
        });
        return Checked(new StepResult("load", times, _state.Length, Digest([_state]), Content(doc)), doc);
    }

    private StepResult Encode()
    {
        var doc = Loaded();
        Read(doc);
        byte[] state = [];
        var times = Repeat(() => state = doc.EncodeStateAsUpdate());
        return new StepResult("encode", times, state.Length, Digest([state]), Content(doc));
    }

    // Of one document, after its text has been read. Many are loaded, so that what else is in the heap does not matter.
    private StepResult Memory()
    {
        Read(Loaded());
        var docs = new Doc[_state.Length > 10_000_000 ? 2 : 10];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < docs.Length; i++)
        {
            docs[i] = Loaded();
            Read(docs[i]);
        }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)docs.Length;
        return new StepResult("memory", [], bytes, "", Content(docs[0]));
    }

    private List<double> Repeat(Action action)
    {
        var times = new List<double>();
        var total = 0.0;
        do
        {
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            action();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            total += times[^1];
        }
        while (total < _seconds * 1000 && times.Count < MaxRepetitions);
        return times;
    }

    private Doc Loaded()
    {
        var doc = new Doc(clientId: 1);
        doc.ApplyUpdate(_state);
        return doc;
    }

    private int Read(Doc doc) => _workload.Kind switch
    {
        WorkloadKind.Text => doc.GetText(Workload.Root).ToString().Length,
        WorkloadKind.Array => doc.GetArray(Workload.Root).Length,
        _ => doc.GetMap(Workload.Root).Count,
    };

    private static Doc[] Edit(Workload workload, Action<byte[]> emitted)
    {
        var docs = workload.Clients.Select(client => new Doc(client)).ToArray();
        var texts = workload.Kind == WorkloadKind.Text ? docs.Select(doc => doc.GetText(Workload.Root)).ToArray() : [];
        var updates = new List<byte[]>();
        var isEdit = false;
        foreach (var doc in docs)
        {
            doc.UpdateEmitted += (update, _) =>
            {
                if (isEdit)
                {
                    updates.Add(update);
                    emitted(update);
                }
            };
        }

        foreach (var transaction in workload.Transactions)
        {
            var doc = docs[transaction.Replica];
            isEdit = false;
            foreach (var number in transaction.Receives)
            {
                doc.ApplyUpdate(updates[number]);
            }

            isEdit = true;
            if (workload.Kind == WorkloadKind.Text)
            {
                EditText(doc, texts[transaction.Replica], transaction.Edits);
            }
            else
            {
                doc.Transact(() => EditValues(doc, workload.Kind, transaction.Edits));
            }
        }

        return docs;
    }

    /// <summary>Makes the edits of one transaction.</summary>
    public static void EditText(Doc doc, YText text, IReadOnlyList<Edit> edits)
    {
        if (edits.Count == 1 && (edits[0].Delete == 0 || edits[0].Text.Length == 0))
        {
            Edit(text, edits[0]);
        }
        else if (edits.Count > 0)
        {
            doc.Transact(() =>
            {
                foreach (var edit in edits)
                {
                    Edit(text, edit);
                }
            });
        }
    }

    private static void Edit(YText text, Edit edit)
    {
        if (edit.Delete > 0)
        {
            text.Delete(edit.Position, edit.Delete);
        }

        if (edit.Text.Length > 0)
        {
            text.Insert(edit.Position, edit.Text);
        }
    }

    private static void EditValues(Doc doc, WorkloadKind kind, IReadOnlyList<Edit> edits)
    {
        foreach (var edit in edits)
        {
            if (kind == WorkloadKind.Map)
            {
                doc.GetMap(Workload.Root).Set(edit.Key!, edit.Values![0]);
            }
            else
            {
                var array = doc.GetArray(Workload.Root);
                array.Delete(edit.Position, edit.Delete);
                array.Insert(edit.Position, [.. edit.Values!]);
            }
        }
    }

    private StepResult Checked(StepResult result, Doc doc) =>
        _workload.Expected is { } expected && doc.GetText(Workload.Root).ToString() != expected
            ? throw new InvalidOperationException($"{_workload.Name}, {result.Step}: the text in the end is not that of the trace.")
            : result;

    private string Content(Doc doc) => Digest([Encoding.UTF8.GetBytes(_workload.Kind switch
    {
        WorkloadKind.Text => doc.GetText(Workload.Root).ToString(),
        WorkloadKind.Array => Canonical(doc.GetArray(Workload.Root).ToList()),
        _ => Canonical(doc.GetMap(Workload.Root).ToDictionary()),
    })]);

    private static string Canonical(object? value) => value switch
    {
        double number => number.ToString("F0", CultureInfo.InvariantCulture),
        string text => text,
        IReadOnlyDictionary<string, object?> map => "{" + string.Join(',', map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}:{Canonical(entry.Value)}")) + "}",
        System.Collections.IEnumerable list => "[" + string.Join(',', list.Cast<object?>().Select(Canonical)) + "]",
        _ => "",
    };

    private static string Digest(IEnumerable<byte[]> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(part);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
