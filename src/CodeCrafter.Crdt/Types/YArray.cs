using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt;

/// <summary>A shared list. Its values are those of <see cref="YMap"/>.</summary>
public sealed class YArray : YType
{
    private List<object?>? _detached;

    /// <summary>Makes a detached array.</summary>
    public YArray() : base(null) => _detached = [];

    internal YArray(Branch branch) : base(branch)
    {
    }

    /// <summary>How many values there are.</summary>
    public int Length => _detached?.Count ?? checked((int)Branch!.Length);

    private protected override TypeKind Kind => TypeKind.Array;

    /// <summary>The value at an index. Lists, dictionaries and bytes are copies.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such index.</exception>
    public object? Get(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        if (_detached is not null)
        {
            return _detached[index];
        }

        return ListValues.Get(Branch!, index);
    }

    /// <summary>The value at an index if there is one, and it is of a type.</summary>
    public bool TryGet<T>(int index, [NotNullWhen(true)] out T? value)
    {
        if (index >= 0 && index < Length && Get(index) is T found)
        {
            value = found;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Inserts values before an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or beyond the end.</exception>
    /// <exception cref="ArgumentException">A value is none of those that <see cref="YMap"/> lists, or is nested too deep.</exception>
    /// <exception cref="InvalidOperationException">
    /// A shared type is part of a document already, or is there twice, or within itself; or one that is in it is. Nothing has been changed.
    /// </exception>
    public void Insert(int index, params ReadOnlySpan<object?> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Length);
        CheckValues(values);
        if (_detached is not null)
        {
            _detached.InsertRange(index, values);
            return;
        }

        ListValues.Insert(Branch!, index, values);
    }

    /// <summary>Appends values.</summary>
    /// <exception cref="ArgumentException">A value is none of those that <see cref="YMap"/> lists, or is nested too deep.</exception>
    /// <exception cref="InvalidOperationException">A shared type is part of a document already, or is there twice, or within itself; or one that is in it is. Nothing has been changed.</exception>
    public void Add(params ReadOnlySpan<object?> values) => Insert(Length, values);

    /// <summary>Deletes values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stretch.</exception>
    public void Delete(int index, int length = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - index);
        if (_detached is not null)
        {
            _detached.RemoveRange(index, length);
        }
        else if (length > 0)
        {
            ListEdit.Delete(Branch!, index, length);
        }
    }

    /// <summary>A copy with plain values: texts as strings, maps as dictionaries, arrays as lists.</summary>
    /// <exception cref="InsufficientExecutionStackException">Types are nested too deep.</exception>
    public List<object?> ToList()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (_detached is not null)
        {
            return _detached.ConvertAll(ToPlain);
        }

        return [.. ListValues.All(Branch!).Select(ToPlain)];
    }

    internal override IEnumerable<object?> DetachedValues() => _detached!;

    internal override IEnumerable<YType> Fill()
    {
        var values = _detached!;
        _detached = null;
        ListEdit.Insert(Branch!, 0, ListValues.Pack(CollectionsMarshal.AsSpan(values)));
        return values.OfType<YType>();
    }
}
