using System.Text;

namespace CodeCrafter.Crdt.Types;

/// <summary>A text before it is part of a document: plain text, and once it has more than that, what was done to it.</summary>
internal sealed class DetachedText(string text)
{
    // Stands for an embedded object. Half a surrogate pair is nowhere in a clean text.
    private const char Embed = '\uDC00';

    private readonly StringBuilder _text = new(text);
    private List<Step>? _steps;

    public int Length => _text.Length;

    /// <summary>The types that were put into the text, or made values of its attributes.</summary>
    public IEnumerable<YType> Types => _steps?.Select(step => step.Type).OfType<YType>() ?? [];

    public void Insert(int index, string inserted)
    {
        _steps?.Add(new Step(owner => owner.Insert(index, inserted), null));
        InsertText(index, inserted);
    }

    public void Insert(int index, string inserted, Action step)
    {
        Then(step);
        InsertText(index, inserted);
    }

    public void InsertEmbed(int index, Action step, YType? type)
    {
        Then(step, type);
        InsertText(index, Embed.ToString());
    }

    public void Delete(int index, int length, Action step)
    {
        _steps?.Add(new Step(_ => step(), null));
        Cut(index);
        Cut(index + length);
        _text.Remove(index, length);
    }

    /// <summary>Something that shows only in a document, and the type that it puts there.</summary>
    public void Then(Action step, YType? type = null)
    {
        if (_steps is null)
        {
            var before = _text.ToString();
            _steps = [new Step(owner => owner.Insert(0, before), null)];
        }

        _steps.Add(new Step(_ => step(), type));
    }

    /// <summary>Does to a text in a document what was done to this one, and tells each type when it is there.</summary>
    public IEnumerable<YType> Replay(YText owner)
    {
        if (_steps is null)
        {
            owner.Insert(0, _text.ToString());
            yield break;
        }

        foreach (var (make, type) in _steps)
        {
            make(owner);
            if (type is not null)
            {
                yield return type;
            }
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

    private readonly record struct Step(Action<YText> Make, YType? Type);
}
