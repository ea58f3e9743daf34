using System.Reflection;

namespace CodeCrafter.Crdt.Mutation;

/// <summary>What Stryker put into the mutated assembly: which mutant is active, and which ones were reached.</summary>
internal static class MutantSwitch
{
    public const int None = -1;

    // The namespace is made up anew for each mutated assembly.
    private static readonly Type s_control =
        typeof(Doc).Assembly.GetTypes().SingleOrDefault(type => type.Name == "MutantControl")
        ?? throw new InvalidOperationException("CodeCrafter.Crdt.dll has no mutants in it: run mutate.sh.");

    private static readonly FieldInfo s_active = s_control.GetField(MutatedLibrary.Active)!;
    private static readonly FieldInfo s_captures = s_control.GetField(MutatedLibrary.Captures)!;
    private static readonly FieldInfo s_reached = s_control.GetField(MutatedLibrary.Reached)!;

    public static void Activate(int mutant) => s_active.SetValue(null, mutant);

    /// <summary>Notes what is reached from now on.</summary>
    public static void StartCapture()
    {
        s_reached.SetValue(null, new bool[MutatedLibrary.Capacity]);
        s_captures.SetValue(null, true);
    }

    /// <summary>The mutants reached since the capture started.</summary>
    public static IEnumerable<int> StopCapture()
    {
        s_captures.SetValue(null, false);
        var reached = (bool[])s_reached.GetValue(null)!;
        return Enumerable.Range(0, reached.Length).Where(id => reached[id]);
    }
}
