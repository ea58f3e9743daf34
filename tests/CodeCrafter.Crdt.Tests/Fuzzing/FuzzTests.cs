using CodeCrafter.Crdt.Fuzz;

namespace CodeCrafter.Crdt.Tests.Fuzzing;

/// <summary>What the fuzzer (fuzz/run.sh) starts from, and what it has found, is tried again each time, and a bit around it.</summary>
public sealed class FuzzTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "CodeCrafter.Crdt.Tests", "Fuzzing");

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Keys];

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_corpus_and_past_findings_break_nothing(string target)
    {
        var inputs = Inputs(target);
        Assert.NotEmpty(inputs);
        foreach (var (name, bytes) in inputs)
        {
            Try(target, bytes, name);
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Random_changes_of_the_corpus_break_nothing(string target) => Seeds.Run(400, seed =>
    {
        var random = new Random(seed);
        var inputs = Inputs(target);
        var bytes = inputs[random.Next(inputs.Count)].Bytes.ToList();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            Change(bytes, random, inputs);
        }

        Try(target, [.. bytes], $"{bytes.Count} bytes");
    });

    private static void Change(List<byte> bytes, Random random, List<(string Name, byte[] Bytes)> inputs)
    {
        var at = random.Next(bytes.Count + 1);
        switch (random.Next(5))
        {
            case 0 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(random.Next(4), bytes.Count - at));
                break;
            case 3:
                var other = inputs[random.Next(inputs.Count)].Bytes;
                var start = random.Next(other.Length + 1);
                bytes.InsertRange(at, other[start..Math.Min(other.Length, start + random.Next(12))]);
                break;
            default:
                bytes.Insert(at, (byte)random.Next(256));
                break;
        }
    }

    private static void Try(string target, byte[] bytes, string name)
    {
        try
        {
            FuzzTarget.All[target](bytes);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{target} {name}: {Convert.ToHexString(bytes)}", exception);
        }
    }

    private static List<(string Name, byte[] Bytes)> Inputs(string target) =>
    [
        .. new[] { "corpus", "findings" }.Select(kind => Path.Combine(s_folder, kind, target)).Where(Directory.Exists)
            .SelectMany(Directory.GetFiles).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file))),
    ];
}
