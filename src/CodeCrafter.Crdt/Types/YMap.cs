using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt;

/// <summary>
/// A shared map from strings to values. Of values that several replicas give a key at the same time, one wins, the same
/// everywhere.
/// </summary>
/// <remarks>
/// A value is null, a <see cref="string"/>, a <see cref="bool"/>, a <see cref="double"/> (any number of JavaScript; all
/// number types of .NET but <see cref="decimal"/> are taken), a <see cref="long"/> (a BigInt of JavaScript; written for integers beyond 2^53), a
/// <c>byte[]</c>, a list or a dictionary of such values, a <see cref="YSubdocument"/>, or a <see cref="YType"/>. What .NET has no counterpart for
/// (undefined) reads as null. Half a surrogate pair in a key is taken as U+FFFD, as it is on every replica.
/// </remarks>
public class YMap : YType
{
    private Dictionary<string, object?>? _detached;

    /// <summary>Makes a detached map.</summary>
    public YMap() : base(null) => _detached = [];

    internal YMap(Branch branch) : base(branch)
    {
    }

    /// <summary>How many keys have a value.</summary>
    public int Count => _detached?.Count ?? Branch!.Keys.Count();

    /// <summary>The keys that have a value, in no particular order; a copy.</summary>
    public IReadOnlyCollection<string> Keys => [.. _detached?.Keys ?? Branch!.Keys];

    private protected override TypeKind Kind => TypeKind.Map;

    /// <summary>Whether a key has a value, which may be null.</summary>
    /// <exception cref="ArgumentNullException">There is no key.</exception>
    public bool ContainsKey(string key)
    {
        key = ValidText.Of(key);
        return _detached?.ContainsKey(key) ?? Branch!.Find(key) is not null;
    }

    /// <summary>The value of a key; null if it has none. Lists, dictionaries and bytes are copies.</summary>
    /// <exception cref="ArgumentNullException">There is no key.</exception>
    public object? Get(string key)
    {
        key = ValidText.Of(key);
        return _detached is not null ? _detached.GetValueOrDefault(key) : KeyValues.Get(Branch!, key);
    }

    /// <summary>The value of a key if it is of a type.</summary>
    /// <exception cref="ArgumentNullException">There is no key.</exception>
    public bool TryGet<T>(string key, [NotNullWhen(true)] out T? value)
    {
        if (Get(key) is T found)
        {
            value = found;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>The text that is the value of a key; null if it has none, or one that is no text, or one of XML.</summary>
    /// <exception cref="ArgumentNullException">There is no key.</exception>
    public YText? GetText(string key) => Get(key) is YText text and not YXmlText ? text : null;

    /// <summary>The map that is the value of a key; null if it has none, or one that is no map, or a hook of XML.</summary>
    /// <exception cref="ArgumentNullException">There is no key.</exception>
    public YMap? GetMap(string key) => Get(key) is YMap map and not YXmlHook ? map : null;

    /// <summary>The array that is the value of a key; null if it has none, or one that is no array.</summary>
    /// <exception cref="ArgumentNullException">There is no key.</exception>
    public YArray? GetArray(string key) => Get(key) as YArray;

    /// <summary>The string that is the value of a key; null if it has none, or one that is no string.</summary>
    /// <exception cref="ArgumentNullException">There is no key.</exception>
    public string? GetString(string key) => Get(key) as string;

    /// <summary>Gives a key a value.</summary>
    /// <exception cref="ArgumentNullException">There is no key.</exception>
    /// <exception cref="ArgumentException">The value has no counterpart in JavaScript, or is nested too deep.</exception>
    /// <exception cref="InvalidOperationException">
    /// It is a shared type that is part of a document already, or one that is in it is, or is there twice, or within itself. Nothing has been changed.
    /// </exception>
    public void Set(string key, object? value)
    {
        key = ValidText.Of(key);
        CheckValues([value]);
        if (_detached is not null)
        {
            _detached[key] = value;
            return;
        }

        KeyValues.Set(Branch!, key, value);
    }

    /// <summary>Takes its value from a key; false if it has none.</summary>
    /// <exception cref="ArgumentNullException">There is no key.</exception>
    public bool Remove(string key)
    {
        key = ValidText.Of(key);
        return _detached?.Remove(key) ?? ListEdit.Remove(Branch!, key);
    }

    /// <summary>A copy with plain values: texts and XML as strings, maps as dictionaries, arrays as lists.</summary>
    /// <exception cref="InsufficientExecutionStackException">Types are nested too deep.</exception>
    public Dictionary<string, object?> ToDictionary()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return Keys.ToDictionary(key => key, key => ToPlain(Get(key)));
    }

    internal override IEnumerable<object?> DetachedValues() => _detached!.Values;

    internal override IEnumerable<YType> Fill()
    {
        var values = _detached!;
        _detached = null;
        return KeyValues.Fill(Branch!, values);
    }
}
