namespace CodeCrafter.Bench.Documents;

/// <summary>
/// The workloads B1 to B3 that the public repository dmonad/crdt-benchmarks describes, written anew (B4 is the trace
/// automerge-paper), and cases in which sequence CRDTs are known to become slow. The same numbers give the same edits.
/// </summary>
internal static class SyntheticWorkloads
{
    private const int Seed = 20;

    /// <param name="n">The size: 6000 in the published results.</param>
    public static IReadOnlyList<Workload> Benchmarks(int n) =>
    [
        Text("B1.1 append characters", n, (random, length) => new Edit(length, 0, Character(random))),
        Text("B1.2 insert one string", 1, (random, _) => new Edit(0, 0, Letters(random, n))),
        Text("B1.3 prepend characters", n, (random, _) => new Edit(0, 0, Character(random))),
        Text("B1.4 insert characters anywhere", n, (random, length) => new Edit(random.Next(length + 1), 0, Character(random))),
        Text("B1.5 insert words anywhere", n, (random, length) => new Edit(random.Next(length + 1), 0, Word(random))),
        Text("B1.6 insert a string, delete it", 2, (random, length) => length == 0 ? new Edit(0, 0, Letters(random, n)) : new Edit(0, length)),
        Text("B1.7 insert and delete words anywhere", n, InsertOrDelete),
        Array("B1.8 append numbers", n, (_, length) => length, 1),
        Array("B1.9 insert an array of numbers", 1, (_, _) => 0, n),
        Array("B1.10 prepend numbers", n, (_, _) => 0, 1),
        Array("B1.11 insert numbers anywhere", n, (random, length) => random.Next(length + 1), 1),
        Two("B2.1 two insert a string at once", 1, (random, _) => new Edit(0, 0, Letters(random, n))),
        Two("B2.2 two insert characters at once", n, (random, length) => new Edit(random.Next(length + 1), 0, Character(random))),
        Two("B2.3 two insert words at once", n, (random, length) => new Edit(random.Next(length + 1), 0, Word(random))),
        Two("B2.4 two insert and delete at once", n, InsertOrDelete),
        Map("B3.1 many set a number", Many(n), random => (double)random.Next(1_000_000)),
        Map("B3.2 many set an object", Many(n), random => new Dictionary<string, object?> { ["name"] = Word(random), ["address"] = Word(random) }),
        Map("B3.3 many set a string", Many(n), random => Letters(random, (int)Math.Sqrt(n))),
        ManyInsert("B3.4 many insert into an array", Many(n)),
    ];

    /// <param name="n">How many edits each has.</param>
    public static IReadOnlyList<Workload> WorstCases(int n) =>
    [
        Text("prepend characters", n, (random, _) => new Edit(0, 0, Character(random))),
        AlternatingDeletes(n),
        ThousandsOfClients(Math.Min(5000, n)),
        Tombstones(n),
        Text("random single characters", n, (random, length) => new Edit(random.Next(length + 1), 0, Character(random))),
    ];

    private static int Many(int n) => (int)Math.Sqrt(n) * 20;

    private static Workload Text(string name, int count, Func<Random, int, Edit> next)
    {
        var random = new Random(Seed);
        return new Workload(name, WorkloadKind.Text, [Workload.ClientOf(0)], [.. Series(0, random, 0, count, next)]);
    }

    private static Workload Array(string name, int count, Func<Random, int, int> position, int values)
    {
        var random = new Random(Seed);
        return new Workload(name, WorkloadKind.Array, [Workload.ClientOf(0)],
        [
            .. Enumerable.Range(0, count).Select(i => new WorkloadTransaction(
                0, [], [new Edit(position(random, i), Values: [.. Enumerable.Range(0, values).Select(_ => (object)(double)random.Next(1_000_000))])])),
        ]);
    }

    // Both begin with the same hundred characters, edit without seeing each other, and then receive all of the other's.
    private static Workload Two(string name, int count, Func<Random, int, Edit> next)
    {
        const int initial = 100;
        var random = new Random(Seed);
        List<WorkloadTransaction> transactions =
        [
            new(0, [], [new Edit(0, 0, Letters(random, initial))]),
            new(1, [0], []),
            .. Series(0, random, initial, count, next),
            .. Series(1, random, initial, count, next),
            new(0, [.. Enumerable.Range(1 + count, count)], []),
            new(1, [.. Enumerable.Range(1, count)], []),
        ];
        return new Workload(name, WorkloadKind.Text, [Workload.ClientOf(0), Workload.ClientOf(1)], transactions);
    }

    private static Workload Map(string name, int clients, Func<Random, object> value)
    {
        var random = new Random(Seed);
        return new Workload(name, WorkloadKind.Map, Clients(clients),
            [.. Enumerable.Range(0, clients).Select(i => new WorkloadTransaction(i, [], [new Edit(0, Values: [value(random)], Key: "v")]))]);
    }

    private static Workload ManyInsert(string name, int clients)
    {
        var random = new Random(Seed);
        return new Workload(name, WorkloadKind.Array, Clients(clients),
            [.. Enumerable.Range(0, clients).Select(i => new WorkloadTransaction(i, [], [new Edit(0, Values: [Word(random)])]))]);
    }

    // Every second character goes: no two neighbours can be one, and every second one is a tombstone.
    private static Workload AlternatingDeletes(int n)
    {
        var random = new Random(Seed);
        return new Workload("alternating deletes", WorkloadKind.Text, [Workload.ClientOf(0)],
        [
            new WorkloadTransaction(0, [], [new Edit(0, 0, Letters(random, n))]),
            .. Enumerable.Range(0, n / 2).Select(i => new WorkloadTransaction(0, [], [new Edit(i, 1)])),
        ]);
    }

    // Each client types one character somewhere into the text of the first, without seeing the others.
    private static Workload ThousandsOfClients(int clients)
    {
        var random = new Random(Seed);
        var transactions = new List<WorkloadTransaction>();
        for (var i = 0; i < clients; i++)
        {
            transactions.Add(i == 0
                ? new WorkloadTransaction(0, [], [new Edit(0, 0, Letters(random, 1000))])
                : new WorkloadTransaction(i, [0], [new Edit(random.Next(1001), 0, Character(random))]));
        }

        return new Workload("thousands of clients", WorkloadKind.Text, Clients(clients), transactions);
    }

    // Words are typed and deleted again, until hardly anything is left but what they leave behind.
    private static Workload Tombstones(int n)
    {
        var random = new Random(Seed);
        var length = 0;
        var transactions = new List<WorkloadTransaction>();
        for (var i = 0; i < n; i++)
        {
            Edit edit;
            if (i % 2 == 0)
            {
                edit = new Edit(random.Next(length + 1), 0, Word(random));
            }
            else
            {
                var deleted = Math.Min(length, 6);
                edit = new Edit(random.Next(length - deleted + 1), deleted);
            }

            length += edit.Text.Length - edit.Delete;
            transactions.Add(new WorkloadTransaction(0, [], [edit]));
        }

        transactions.Add(new WorkloadTransaction(0, [], [new Edit(0, Math.Max(1, length - 10))]));
        return new Workload("nearly all tombstones", WorkloadKind.Text, [Workload.ClientOf(0)], transactions);
    }

    private static IEnumerable<WorkloadTransaction> Series(int replica, Random random, int length, int count, Func<Random, int, Edit> next)
    {
        for (var i = 0; i < count; i++)
        {
            var edit = next(random, length);
            length += edit.Text.Length - edit.Delete;
            yield return new WorkloadTransaction(replica, [], [edit]);
        }
    }

    private static Edit InsertOrDelete(Random random, int length)
    {
        var position = random.Next(length + 1);
        return length == position || random.Next(2) == 0
            ? new Edit(position, 0, Word(random))
            : new Edit(position, Math.Min(length - position, random.Next(1, 10)));
    }

    private static ulong[] Clients(int count) => [.. Enumerable.Range(0, count).Select(Workload.ClientOf)];

    private static string Character(Random random) => ((char)('a' + random.Next(26))).ToString();

    private static string Word(Random random) => Letters(random, random.Next(3, 10));

    private static string Letters(Random random, int length) => string.Create(length, random, static (letters, random) =>
    {
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = (char)('a' + random.Next(26));
        }
    });
}
