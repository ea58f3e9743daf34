using System.Runtime.InteropServices;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Types;

namespace CodeCrafter.Crdt;

/// <summary>
/// Shared text, plain or with attributes and embedded objects. Indices and lengths are UTF-16 code units, as in Yjs; an
/// embedded object counts as one. Where a surrogate pair is cut, by an insertion, a deletion or an attribute, what is
/// left of it becomes U+FFFD on every replica.
/// </summary>
/// <remarks>
/// The value of an attribute, and a plain embedded object, is what JSON has: null, a <see cref="string"/>, a
/// <see cref="bool"/>, a number (read as <see cref="double"/>), a list or a dictionary of these. An attribute that is
/// null is none.
/// </remarks>
public class YText : YType
{
    private DetachedText? _detached;

    /// <summary>Makes a detached text.</summary>
    /// <exception cref="ArgumentNullException">There is no text.</exception>
    public YText(string text = "") : base(null) => _detached = new DetachedText(ValidText.Of(text));

    internal YText(Branch branch) : base(branch)
    {
    }

    /// <summary>The length in UTF-16 code units. An embedded object counts as one.</summary>
    public int Length => _detached?.Length ?? checked((int)Branch!.Length);

    private protected override TypeKind Kind => TypeKind.Text;

    /// <summary>
    /// Inserts text before an index, with the attributes of what is before it. Half a surrogate pair in the text
    /// becomes U+FFFD.
    /// </summary>
    /// <exception cref="ArgumentNullException">There is no text.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or beyond the end.</exception>
    public void Insert(int index, string text)
    {
        CheckIndex(index);
        text = ValidText.Of(text);
        if (_detached is not null)
        {
            _detached.Insert(index, text);
        }
        else if (text.Length == 0)
        {
            return;
        }
        else if (Branch!.HasFormatting)
        {
            TextEdit.InsertPlain(Branch, index, text);
        }
        else
        {
            ListEdit.InsertText(Branch, index, text);
        }
    }

    /// <summary>Inserts text before an index, with these attributes and no others.</summary>
    /// <exception cref="ArgumentNullException">There is no text, or there are no attributes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or beyond the end.</exception>
    /// <exception cref="ArgumentException">A value has no counterpart in JSON.</exception>
    public void Insert(int index, string text, IEnumerable<KeyValuePair<string, object?>> attributes)
    {
        CheckIndex(index);
        text = ValidText.Of(text);
        var values = ValidText.OfAttributes(attributes);
        if (_detached is not null)
        {
            _detached.Insert(index, text, InsertNow);
        }
        else
        {
            InsertNow();
        }

        void InsertNow()
        {
            if (text.Length > 0)
            {
                TextEdit.Insert(Branch!, index, text, null, values);
            }
        }
    }

    /// <summary>Appends text, with the attributes of what is before it.</summary>
    /// <exception cref="ArgumentNullException">There is no text.</exception>
    public void Append(string text) => Insert(Length, text);

    /// <summary>Inserts a plain object (say an image), or a shared type, before an index, with these attributes and no others.</summary>
    /// <exception cref="ArgumentNullException">There is nothing to insert.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or beyond the end.</exception>
    /// <exception cref="ArgumentException">The object, or an attribute, has no counterpart in JSON.</exception>
    /// <exception cref="InvalidOperationException">
    /// It is a shared type that is part of a document already, or one that is in it is, or is there twice, or within itself. Nothing has been changed.
    /// </exception>
    public void InsertEmbed(int index, object embed, IEnumerable<KeyValuePair<string, object?>>? attributes = null)
    {
        CheckIndex(index);
        ArgumentNullException.ThrowIfNull(embed);
        var values = ValidText.OfAttributes(attributes ?? []);
        var content = CheckEmbeds([embed])[0];
        if (_detached is not null)
        {
            _detached.InsertEmbed(index, InsertNow, embed as YType);
            return;
        }

        Branch!.Doc.Begin();
        try
        {
            InsertNow();
            FillNested(embed);
        }
        finally
        {
            Branch.Doc.End();
        }

        void InsertNow() => TextEdit.Insert(Branch!, index, null, content ?? ToContent(embed), values);
    }

    /// <summary>Gives a stretch attributes; one whose value is null is taken away.</summary>
    /// <exception cref="ArgumentNullException">There are no attributes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stretch.</exception>
    /// <exception cref="ArgumentException">A value has no counterpart in JSON.</exception>
    public void Format(int index, int length, IEnumerable<KeyValuePair<string, object?>> attributes)
    {
        CheckStretch(index, length);
        var values = ValidText.OfAttributes(attributes);
        if (_detached is not null)
        {
            _detached.Then(FormatNow);
        }
        else
        {
            FormatNow();
        }

        void FormatNow()
        {
            if (length > 0)
            {
                TextEdit.Format(Branch!, index, length, values);
            }
        }
    }

    /// <summary>Deletes a stretch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stretch.</exception>
    public void Delete(int index, int length)
    {
        CheckStretch(index, length);
        if (_detached is not null)
        {
            _detached.Delete(index, length, () => Delete(index, length));
        }
        else if (length == 0)
        {
            return;
        }
        else if (Branch!.HasFormatting)
        {
            TextEdit.Delete(Branch, index, length);
        }
        else
        {
            ListEdit.Delete(Branch, index, length);
        }
    }

    /// <summary>
    /// Makes the changes of a delta, as one transaction. What it inserts has the attributes that it names and no
    /// others. Going past the end appends line breaks, as in Yjs; a million of them at most.
    /// </summary>
    /// <exception cref="ArgumentNullException">There is no delta.</exception>
    /// <exception cref="ArgumentException">
    /// A step is null, a value has no counterpart in JSON, or the delta goes further past the end. Nothing has been changed.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The text is detached; or a shared type in the delta is part of a document already, or is there twice, or within itself.
    /// Nothing has been changed.
    /// </exception>
    public void ApplyDelta(IEnumerable<DeltaOperation> delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ThrowIfDetached();
        CheckedDelta.Of(this, delta).Apply(Branch!);
    }

    /// <summary>The text with its attributes and embedded objects.</summary>
    /// <exception cref="InvalidOperationException">The text is detached.</exception>
    public IReadOnlyList<DeltaOperation> ToDelta()
    {
        ThrowIfDetached();
        return TextDelta.Of(Branch!);
    }

    /// <summary>
    /// The text with its attributes and embedded objects as it was at a snapshot of the document. What has been
    /// deleted since is only there where no document that sent updates collects garbage
    /// (<see cref="DocOptions.CollectsGarbage"/>, which is on by default).
    /// </summary>
    /// <param name="snapshot">The state to tell.</param>
    /// <param name="previous">
    /// An earlier state to compare it with: text that was added since has an attribute <c>ychange</c> of the value
    /// <c>{type: "added"}</c>, and text that was removed since is part of the result, with <c>{type: "removed"}</c>.
    /// </param>
    /// <exception cref="ArgumentNullException">There is no snapshot.</exception>
    /// <exception cref="InvalidOperationException">
    /// The text is detached, or some of what a snapshot shows has been deleted since and collected.
    /// </exception>
    public IReadOnlyList<DeltaOperation> ToDelta(Snapshot snapshot, Snapshot? previous = null)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ThrowIfDetached();
        return TextDelta.Of(Branch!, snapshot, previous);
    }

    /// <summary>The text as it was at a snapshot of the document, without attributes and embedded objects.</summary>
    /// <exception cref="ArgumentNullException">There is no snapshot.</exception>
    /// <exception cref="InvalidOperationException">
    /// The text is detached, or some of what the snapshot shows has been deleted since and collected.
    /// </exception>
    public string ToString(Snapshot snapshot) => string.Concat(ToDelta(snapshot).Select(step => step.Value as string));

    /// <summary>The attributes of the text as a whole (such as those of an XML node), not of stretches of it; a copy.</summary>
    /// <exception cref="InvalidOperationException">The text is detached.</exception>
    public IReadOnlyDictionary<string, object?> GetAttributes()
    {
        ThrowIfDetached();
        return KeyValues.All(Branch!);
    }

    /// <summary>Sets an attribute of the text as a whole. Its value is one of <see cref="YMap"/>.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    /// <exception cref="ArgumentException">The value is none of those that <see cref="YMap"/> lists, or is nested too deep.</exception>
    /// <exception cref="InvalidOperationException">
    /// It is a shared type that is part of a document already, or one that is in it is, or is there twice, or within itself. Nothing has been changed.
    /// </exception>
    public void SetAttribute(string name, object? value)
    {
        name = ValidText.Of(name);
        CheckValues([value]);
        if (_detached is not null)
        {
            var content = value is YType ? null : ToContent(value);
            _detached.Then(() => ListEdit.Set(Branch!, name, content ?? ToContent(value)), value as YType);
        }
        else
        {
            KeyValues.Set(Branch!, name, value);
        }
    }

    /// <summary>Removes an attribute of the text as a whole; false if there is none.</summary>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    /// <exception cref="InvalidOperationException">The text is detached.</exception>
    public bool RemoveAttribute(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfDetached();
        return ListEdit.Remove(Branch!, ValidText.Of(name));
    }

    /// <summary>The text, without attributes and embedded objects.</summary>
    public override string ToString()
    {
        if (_detached is not null)
        {
            return _detached.ToString();
        }

        return Branch!.ReadText();
    }

    internal override IEnumerable<object?> DetachedValues() => _detached!.Types;

    internal override IEnumerable<YType> Fill()
    {
        var detached = _detached!;
        _detached = null;
        return detached.Replay(this);
    }

    /// <summary>
    /// Throws if one of these cannot be put into the text. Otherwise the contents of those that are plain; a shared type has
    /// none before it is put there.
    /// </summary>
    internal Content?[] CheckEmbeds(ReadOnlySpan<object> embeds)
    {
        var types = new List<object?>();
        var contents = new Content?[embeds.Length];
        for (var i = 0; i < embeds.Length; i++)
        {
            if (embeds[i] is YType type)
            {
                types.Add(type);
            }
            else
            {
                contents[i] = new EmbedContent(JsonLiteral.Of(embeds[i]).Json);
            }
        }

        CheckValues(CollectionsMarshal.AsSpan(types));
        return contents;
    }

    private void CheckIndex(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Length);
    }

    private void CheckStretch(int index, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - index);
    }

    private void ThrowIfDetached()
    {
        if (_detached is not null)
        {
            throw new InvalidOperationException("The text is not part of a document yet.");
        }
    }
}
