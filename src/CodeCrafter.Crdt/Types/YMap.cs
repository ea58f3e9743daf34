using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt;

/// <summary>
/// A shared map from strings to values. Of values that several replicas give a key at the same time, one wins, the same
/// everywhere.
/// </summary>
/// <remarks>
/// <para>These are taken as values, and read as what is said:</para>
/// <list type="bullet">
/// <item>null, a <see cref="string"/>, a <see cref="bool"/>, a <c>byte[]</c>;</item>
/// <item><see cref="double"/>, <see cref="float"/>, <see cref="sbyte"/>, <see cref="byte"/>, <see cref="short"/>, <see cref="ushort"/>,
/// <see cref="int"/>, <see cref="uint"/> and <see cref="long"/>: a number of JavaScript, which reads as <see cref="double"/>; a
/// <see cref="long"/> beyond 2^53 - 1 is a BigInt of JavaScript, and reads as <see cref="long"/>;</item>
/// <item>a sequence of such values (any <see cref="System.Collections.IEnumerable"/>), which reads as <c>List&lt;object?&gt;</c>;</item>
/// <item>an <c>IEnumerable&lt;KeyValuePair&lt;string, object?&gt;&gt;</c> of such values, such as a <c>Dictionary&lt;string, object?&gt;</c>,
/// as which it reads;</item>
/// <item>a <see cref="YType"/> that is detached, or a <see cref="YSubdocument"/>.</item>
/// </list>
/// <para>
/// All else is refused (<see cref="ArgumentException"/>), since JavaScript has no counterpart of it or more than one: <see cref="decimal"/>,
/// <see cref="ulong"/>, <see cref="char"/>, enumerations, <see cref="DateTime"/>, <see cref="Guid"/>, objects of classes of your own. Give
/// them as strings, numbers or dictionaries. What .NET has no counterpart of (undefined) reads as null. Half a surrogate pair in
/// a key is taken as U+FFFD, as it is on every replica.
/// </para>
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
    /// <exception cref="ArgumentException">The value is none of those that <see cref="YMap"/> lists, or is nested too deep.</exception>
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
