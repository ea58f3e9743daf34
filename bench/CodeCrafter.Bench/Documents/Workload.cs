using System.Text.Json;

namespace CodeCrafter.Bench.Documents;

/// <summary>The root that a workload edits: a text, an array or a map of the name <see cref="Workload.Root"/>.</summary>
internal enum WorkloadKind
{
    Text,
    Array,
    Map,
}

/// <summary>One change of one transaction.</summary>
/// <param name="Position">Where, in UTF-16 code units or elements; unused in a map.</param>
/// <param name="Delete">How much is deleted there first.</param>
/// <param name="Text">What is inserted into a text.</param>
/// <param name="Values">What is inserted into an array; in a map, the one value.</param>
/// <param name="Key">The key of a map.</param>
internal sealed record Edit(int Position, int Delete = 0, string Text = "", IReadOnlyList<object>? Values = null, string? Key = null);

/// <summary>What one replica does at a time: it takes in updates of others, then makes its edits, which are one update.</summary>
/// <param name="Replica">Which of <see cref="Workload.Clients"/>.</param>
/// <param name="Receives">The numbers of the updates that reach it before, counted over all replicas in the order of the list.</param>
/// <param name="Edits">Empty for one that only receives.</param>
internal sealed record WorkloadTransaction(int Replica, IReadOnlyList<int> Receives, IReadOnlyList<Edit> Edits);

/// <summary>Work that every contender does alike: the same edits, at the same replicas, in the same order.</summary>
/// <param name="Name">Short, for tables and file names.</param>
/// <param name="Clients">The client id of each replica: of 32 bits, as documents in use have them.</param>
/// <param name="Expected">The text in the end, where it is known from elsewhere.</param>
internal sealed record Workload(
    string Name, WorkloadKind Kind, IReadOnlyList<ulong> Clients, IReadOnlyList<WorkloadTransaction> Transactions, string? Expected = null)
{
    public const string Root = "root";

    /// <summary>Ids of 32 bits with the highest bit set, which differ in many bits.</summary>
    public static ulong ClientOf(int replica) => 0x8000_0000 | (uint)(((replica + 1L) * 0x9E37_79B1) & 0x7FFF_FFFF);

    public int EditCount => Transactions.Sum(transaction => transaction.Edits.Count);

    public int UpdateCount => Transactions.Count(transaction => transaction.Edits.Count > 0);

    /// <summary>
    /// Writes it as the contenders read it: <c>{kind, clients, expected, transactions: [[replica, [receives], [edits]]]}</c>,
    /// an edit being <c>[position, delete, text]</c>, <c>[position, delete, [values]]</c> or <c>[key, value]</c>.
    /// </summary>
    public async Task WriteAsync(string path)
    {
        var transactions = Transactions.Select(transaction => new object[]
        {
            transaction.Replica, transaction.Receives, transaction.Edits.Select(ToJson),
        });
        await using var file = File.Create(path);
        await JsonSerializer.SerializeAsync(file, new { kind = Kind.ToString(), clients = Clients, expected = Expected, transactions });
    }

    /// <summary>Reads what <see cref="WriteAsync"/> wrote.</summary>
    public static Workload Read(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = json.RootElement;
        var kind = Enum.Parse<WorkloadKind>(root.GetProperty("kind").GetString()!);
        return new Workload(
            Path.GetFileNameWithoutExtension(path),
            kind,
            [.. root.GetProperty("clients").EnumerateArray().Select(client => client.GetUInt64())],
            [.. root.GetProperty("transactions").EnumerateArray().Select(transaction => new WorkloadTransaction(
                transaction[0].GetInt32(),
                [.. transaction[1].EnumerateArray().Select(number => number.GetInt32())],
                [.. transaction[2].EnumerateArray().Select(edit => FromJson(kind, edit))]))],
            root.GetProperty("expected").GetString());
    }

    private object[] ToJson(Edit edit) => Kind switch
    {
        WorkloadKind.Text => [edit.Position, edit.Delete, edit.Text],
        WorkloadKind.Array => [edit.Position, edit.Delete, edit.Values ?? []],
        _ => [edit.Key!, edit.Values![0]],
    };

    private static Edit FromJson(WorkloadKind kind, JsonElement edit) => kind switch
    {
        WorkloadKind.Text => new Edit(edit[0].GetInt32(), edit[1].GetInt32(), edit[2].GetString()!),
        WorkloadKind.Array => new Edit(edit[0].GetInt32(), edit[1].GetInt32(), Values: [.. edit[2].EnumerateArray().Select(Value)]),
        _ => new Edit(0, Values: [Value(edit[1])], Key: edit[0].GetString()),
    };

    private static object Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String => value.GetString()!,
        _ => value.EnumerateObject().ToDictionary(member => member.Name, member => (object?)Value(member.Value)),
    };
}
