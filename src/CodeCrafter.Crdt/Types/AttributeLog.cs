using System.Collections;
using System.Diagnostics.CodeAnalysis;
using CodeCrafter.Crdt.Structs;
using Attributes = System.Collections.Generic.OrderedDictionary<string, CodeCrafter.Crdt.Structs.JsonLiteral>;

namespace CodeCrafter.Crdt.Types;

/// <summary>
/// The attributes in force while one goes over a text, and what they were at each step. A step is handed out as a view,
/// made into a dictionary only when it is read: strangers can set an attribute before each letter and end none, and then
/// the dictionaries of all steps would be as large as the square of their update.
/// </summary>
internal sealed class AttributeLog
{
    private const int MinEntries = 8;

    // Replaced when the next whole copy is due, and kept by the views that count on it.
    private Segment _segment = new([]);
    private View? _view;

    /// <summary>In the order in which they came into force. Changed by <see cref="Set"/> and <see cref="Remove"/> alone.</summary>
    public Attributes Current { get; } = [];

    public void Set(string key, JsonLiteral value)
    {
        if (!ReferenceEquals(Current.GetValueOrDefault(key), value))
        {
            Current[key] = value;
            Note(key, value);
        }
    }

    public void Remove(string key)
    {
        if (Current.Remove(key))
        {
            Note(key, null);
        }
    }

    /// <summary>What a format item changes.</summary>
    public void Note(FormatContent format)
    {
        if (format.Value.IsNull)
        {
            Remove(format.Key);
        }
        else
        {
            Set(format.Key, format.Value);
        }
    }

    /// <summary>The attributes now, as they are handed out; null if there are none.</summary>
    public IReadOnlyDictionary<string, object?>? ToPlain() =>
        Current.Count == 0 ? null : _view ??= new View(_segment, _segment.Changes.Count, Current.Count);

    // A whole copy after as many changes as it has entries: that costs each change a constant, and spares views the changes before.
    private void Note(string key, JsonLiteral? value)
    {
        if (_view is not null && _segment.Changes.Count >= Math.Max(MinEntries, Current.Count))
        {
            _segment = new Segment([.. Current]);
        }
        else
        {
            _segment.Changes.Add((key, value));
        }

        _view = null;
    }

    /// <summary>All attributes at a step, and what changed from there on.</summary>
    private sealed class Segment(KeyValuePair<string, JsonLiteral>[] start)
    {
        public List<(string Key, JsonLiteral? Value)> Changes { get; } = [];

        public Attributes At(int changes)
        {
            var attributes = new Attributes(start);
            foreach (var (key, value) in Changes.Take(changes))
            {
                if (value is null)
                {
                    attributes.Remove(key);
                }
                else
                {
                    attributes[key] = value;
                }
            }

            return attributes;
        }
    }

    private sealed class View(Segment segment, int changes, int count) : IReadOnlyDictionary<string, object?>
    {
        private Dictionary<string, object?>? _values;

        public int Count => count;

        public IEnumerable<string> Keys => Values.Keys;

        IEnumerable<object?> IReadOnlyDictionary<string, object?>.Values => Values.Values;

        // The attributes of one step, or of several that have the same. Made twice, by two threads, they are the same.
        private Dictionary<string, object?> Values =>
            _values ??= segment.At(changes).ToDictionary(attribute => attribute.Key, attribute => attribute.Value.ToObject());

        public object? this[string key] => Values[key];

        public bool ContainsKey(string key) => Values.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value) => Values.TryGetValue(key, out value);

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Values.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
