using System.Text;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt;

/// <summary>Shared text. Indices and lengths are UTF-16 code units, as in Yjs.</summary>
public sealed class YText : YType
{
    private StringBuilder? _detached;

    /// <summary>Makes a detached text.</summary>
    public YText(string text = "") : base(null) => _detached = new StringBuilder(Clean(text));

    internal YText(Branch branch) : base(branch)
    {
    }

    /// <summary>The length in UTF-16 code units. An embedded object counts as one.</summary>
    public int Length => Branch is null ? _detached!.Length : checked((int)Branch.Length);

    private protected override TypeKind Kind => TypeKind.Text;

    /// <summary>
    /// Inserts text before an index. Between the halves of a surrogate pair, both become U+FFFD; half a pair in the
    /// text becomes U+FFFD too. It takes the attributes of what is before it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or beyond the end.</exception>
    public void Insert(int index, string text)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Length);
        text = Clean(text);
        if (Branch is null)
        {
            _detached!.Insert(index, text);
        }
        else if (text.Length > 0)
        {
            ListEdit.InsertText(Branch, index, text);
        }
    }

    /// <summary>Appends text.</summary>
    public void Append(string text) => Insert(Length, text);

    /// <summary>Deletes text. Of a surrogate pair that is cut, the half that stays becomes U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stretch.</exception>
    public void Delete(int index, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - index);
        if (Branch is null)
        {
            _detached!.Remove(index, length);
        }
        else if (length > 0)
        {
            ListEdit.Delete(Branch, index, length);
        }
    }

    /// <summary>The text, without attributes and embedded objects.</summary>
    public override string ToString()
    {
        if (Branch is null)
        {
            return _detached!.ToString();
        }

        var text = new StringBuilder(checked((int)Branch.Length));
        for (var item = Branch.Start; item is not null; item = item.Right)
        {
            if (!item.Deleted && item.Content is TextContent content)
            {
                text.Append(content.Text);
            }
        }

        return text.ToString();
    }

    internal override void Fill()
    {
        var text = _detached!.ToString();
        _detached = null;
        Insert(0, text);
    }

    // Half a surrogate pair cannot be written as UTF-8: without this the replicas would differ.
    private static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return text;
        }

        return string.Create(text.Length, text, static (result, text) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    (result[i], result[i + 1]) = (text[i], text[i + 1]);
                    i++;
                }
                else
                {
                    result[i] = char.IsSurrogate(text[i]) ? '\uFFFD' : text[i];
                }
            }
        });
    }
}
