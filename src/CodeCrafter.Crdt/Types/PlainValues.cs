using System.Collections;
using System.Runtime.CompilerServices;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Types;

/// <summary>Compares plain values, and shared types, by what they would be in a document.</summary>
internal static class PlainValues
{
    /// <summary>
    /// Numbers are equal by value, whatever their types; lists, dictionaries and bytes by what is in them; shared types if
    /// they are the same.
    /// </summary>
    /// <exception cref="InsufficientExecutionStackException">Values are nested too deep.</exception>
    public static bool AreEqual(object? left, object? right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return ReferenceEquals(left, right) || (Comparable(left), Comparable(right)) switch
        {
            (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
            (byte[], _) or (_, byte[]) => false,
            (Dictionary<string, object?> a, Dictionary<string, object?> b) => AreEqual(a, b),
            (Dictionary<string, object?>, _) or (_, Dictionary<string, object?>) => false,
            (object?[] a, object?[] b) => a.Length == b.Length && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
            var (a, b) => Equals(a, b),
        };
    }

    private static bool AreEqual(Dictionary<string, object?> left, Dictionary<string, object?> right) =>
        left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out var value) && AreEqual(entry.Value, value));

    // As it is written: one kind of numbers, of dictionaries and of lists. An integer beyond 2^53 is none of these numbers.
    private static object? Comparable(object? value) => value switch
    {
        float number => (double)number,
        sbyte or byte or short or ushort or int or uint => Convert.ToDouble(value),
        long integer when integer is >= -(long)WireReader.MaxInteger and <= (long)WireReader.MaxInteger => (double)integer,
        string or byte[] or Dictionary<string, object?> or object?[] => value,
        IEnumerable<KeyValuePair<string, object?>> map => new Dictionary<string, object?>(map),
        IEnumerable list => list.Cast<object?>().ToArray(),
        _ => value,
    };
}
