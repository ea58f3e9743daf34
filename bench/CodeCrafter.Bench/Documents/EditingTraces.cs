using System.IO.Compression;
using System.Text.Json;

namespace CodeCrafter.Bench.Documents;

/// <summary>
/// Reads editing traces of the public repository josephg/editing-traces. Sequential ones are
/// <c>{startContent, endContent, txns: [{patches: [[position, deleteCount, insert]]}]}</c>; in concurrent ones each
/// transaction also has the <c>agent</c> that made it, and <c>parents</c>: what it was made on is the merge of them.
/// </summary>
internal static class EditingTraces
{
    /// <summary>Reads a trace, gzipped or not.</summary>
    /// <exception cref="InvalidOperationException">The file is no trace, or has text that no position here can count.</exception>
    public static Workload Read(string path)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        try
        {
            using var json = JsonDocument.Parse(stream);
            return Convert(Path.GetFileName(path).Split('.')[0], json.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidDataException)
        {
            throw new InvalidOperationException($"{path} is no editing trace: {exception.Message}", exception);
        }
    }

    private static Workload Convert(string name, JsonElement trace)
    {
        var isConcurrent = trace.TryGetProperty("kind", out var kind) && kind.GetString() == "concurrent";
        var agents = isConcurrent ? trace.GetProperty("numAgents").GetInt32() : 1;
        var transactions = new List<WorkloadTransaction>();
        if (trace.TryGetProperty("startContent", out var start) && start.GetString() is { Length: > 0 } text)
        {
            transactions.Add(new WorkloadTransaction(0, [], [new Edit(0, 0, text)]));
        }

        var source = trace.GetProperty("txns");
        if (isConcurrent)
        {
            AddConcurrent(source, agents, transactions);
        }
        else
        {
            transactions.AddRange(source.EnumerateArray().Select(transaction => new WorkloadTransaction(0, [], Edits(transaction)))
                .Where(transaction => transaction.Edits.Count > 0));
        }

        return new Workload(
            name, WorkloadKind.Text, [.. Enumerable.Range(0, agents).Select(Workload.ClientOf)], transactions, trace.GetProperty("endContent").GetString());
    }

    // Before each transaction an agent receives those of its ancestors that it has not seen. In the end the first agent
    // receives what it lacks of all.
    private static void AddConcurrent(JsonElement source, int agents, List<WorkloadTransaction> transactions)
    {
        var parents = source.EnumerateArray().Select(transaction => transaction.GetProperty("parents").EnumerateArray().Select(parent => parent.GetInt32()).ToArray()).ToArray();
        var seen = Enumerable.Range(0, agents).Select(_ => new HashSet<int>()).ToArray();
        var number = 0;
        foreach (var transaction in source.EnumerateArray())
        {
            var agent = transaction.GetProperty("agent").GetInt32();
            var edits = Edits(transaction);
            if (edits.Count == 0)
            {
                throw new InvalidOperationException("A transaction of a concurrent trace changes nothing.");
            }

            transactions.Add(new WorkloadTransaction(agent, Unseen(parents, parents[number], seen[agent]), edits));
            seen[agent].Add(number++);
        }

        transactions.Add(new WorkloadTransaction(0, [.. Enumerable.Range(0, number).Where(seen[0].Add)], []));
    }

    private static int[] Unseen(int[][] parents, int[] heads, HashSet<int> seen)
    {
        var found = new List<int>();
        var left = new Stack<int>(heads);
        while (left.TryPop(out var next))
        {
            if (seen.Add(next))
            {
                found.Add(next);
                foreach (var parent in parents[next])
                {
                    left.Push(parent);
                }
            }
        }

        found.Sort();
        return [.. found];
    }

    private static List<Edit> Edits(JsonElement transaction)
    {
        var edits = new List<Edit>();
        foreach (var patch in transaction.GetProperty("patches").EnumerateArray())
        {
            var edit = new Edit(patch[0].GetInt32(), patch[1].GetInt32(), patch[2].GetString()!);
            if (edit.Text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            {
                throw new InvalidOperationException("Traces count code points and documents UTF-16 code units: text outside the BMP would need other positions.");
            }

            if (edit.Delete > 0 || edit.Text.Length > 0)
            {
                edits.Add(edit);
            }
        }

        return edits;
    }
}
