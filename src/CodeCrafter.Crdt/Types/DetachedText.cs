using System.Text;

namespace CodeCrafter.Crdt.Types;

/// <summary>A text before it is part of a document: plain text, and once it has more than that, what was done to it.</summary>
internal sealed class DetachedText(string text)
{
    // Stands for an embedded object. Half a surrogate pair is nowhere in a clean text.
    private const char Embed = '\uDC00';

    private readonly StringBuilder _text = new(text);
    private List<Action<YText>>? _steps;

    public int Length => _text.Length;

    public void Insert(int index, string inserted)
    {
        _steps?.Add(owner => owner.Insert(index, inserted));
        InsertText(index, inserted);
    }

    public void Insert(int index, string inserted, Action step)
    {
        Then(step);
        InsertText(index, inserted);
    }

    public void InsertEmbed(int index, Action step)
    {
        Then(step);
        InsertText(index, Embed.ToString());
    }

    public void Delete(int index, int length, Action step)
    {
        _steps?.Add(_ => step());
        Cut(index);
        Cut(index + length);
        _text.Remove(index, length);
    }

    /// <summary>Something that shows only in a document.</summary>
    public void Then(Action step)
    {
        if (_steps is null)
        {
            var before = _text.ToString();
            _steps = [owner => owner.Insert(0, before)];
        }

        _steps.Add(_ => step());
    }

    /// <summary>Does to a text in a document what was done to this one.</summary>
    public void Replay(YText owner)
    {
        if (_steps is null)
        {
            owner.Insert(0, _text.ToString());
            return;
        }

        foreach (var step in _steps)
        {
            step(owner);
        }
    }

    public override string ToString() => _text.ToString().Replace(Embed.ToString(), "", StringComparison.Ordinal);

    private void InsertText(int index, string inserted)
    {
        Cut(index);
        _text.Insert(index, inserted);
    }

    // Both halves of a surrogate pair become U+FFFD, as they will in the document.
    private void Cut(int index)
    {
        if (index > 0 && index < _text.Length && char.IsSurrogatePair(_text[index - 1], _text[index]))
        {
            (_text[index - 1], _text[index]) = ('\uFFFD', '\uFFFD');
        }
    }
}
