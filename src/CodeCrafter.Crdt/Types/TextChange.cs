using System.Text;
using CodeCrafter.Crdt.Structs;
using Attributes = System.Collections.Generic.OrderedDictionary<string, CodeCrafter.Crdt.Structs.JsonLiteral>;

namespace CodeCrafter.Crdt.Types;

/// <summary>
/// Tells what a transaction has changed in a text as a delta, attributes included (the delta of YTextEvent in
/// yjs/src/types/YText.js). Unlike Yjs it deletes nothing on the way.
/// </summary>
internal sealed class TextChange
{
    private readonly Transaction _transaction;
    private readonly List<DeltaOperation> _delta = [];
    private readonly AttributeLog _current = new();
    private readonly Attributes _old = [];
    private readonly AttributeLog _changed = new();
    private readonly StringBuilder _text = new();
    private DeltaAction? _action;
    private long _length;

    private TextChange(Transaction transaction) => _transaction = transaction;

    public static List<DeltaOperation> Of(Transaction transaction, Branch branch)
    {
        var change = new TextChange(transaction);
        if (branch.HasFormatting)
        {
            change.ReadAll(branch);
        }
        else
        {
            foreach (var part in ChangedPart.AllOf(transaction, branch))
            {
                change.Read(part);
            }
        }

        change.Flush();
        change.DropLast();
        return change._delta;
    }

    private void ReadAll(Branch branch)
    {
        using var parts = ChangedPart.AllOf(_transaction, branch).GetEnumerator();
        var hasPart = parts.MoveNext();
        for (var next = branch.Start; next is { } item; next = item.Right)
        {
            if (item.Content is FormatContent format)
            {
                Read(item, format);
            }

            for (; hasPart && parts.Current.Item == item; hasPart = parts.MoveNext())
            {
                Read(parts.Current);
            }
        }
    }

    private void Read(ChangedPart part)
    {
        switch (part.Change)
        {
            case PartChange.Deleted:
                Begin(DeltaAction.Delete);
                _length += part.Length;
                break;
            case PartChange.Retained:
                Begin(DeltaAction.Retain);
                _length += part.Length;
                break;
            case PartChange.Inserted when part.Item.IsText:
                Begin(DeltaAction.Insert);
                part.Item.AppendTextTo(_text, part.Offset, part.Length);
                break;
            case PartChange.Inserted:
                Flush();
                InsertValues(part);
                break;
        }
    }

    private void InsertValues(ChangedPart part)
    {
        for (var i = 0; i < part.Length; i++)
        {
            _delta.Add(DeltaOperation.InsertOne(part.Item.ValueAt(part.Offset + i), _current.ToPlain()));
        }
    }

    private void Read(Item item, FormatContent format)
    {
        var isNew = !_transaction.Existed(item);
        var isRedundant = false;
        if (isNew && !item.Deleted)
        {
            isRedundant = ReadNew(format);
        }
        else if (!isNew && _transaction.HasDeleted(item))
        {
            _old[format.Key] = format.Value;
            var current = Current(format.Key);
            if (!current.IsEqualTo(format.Value))
            {
                EndRetain();
                _changed.Set(format.Key, current);
            }
        }
        else if (!item.Deleted)
        {
            isRedundant = ReadKept(format);
        }

        if (!item.Deleted && !isRedundant)
        {
            if (_action == DeltaAction.Insert)
            {
                Flush();
            }

            _current.Note(format);
        }
    }

    // True if it says what is so already, as the other one: what Yjs deletes here.
    private bool ReadNew(FormatContent format)
    {
        if (Current(format.Key).IsEqualTo(format.Value))
        {
            return !format.Value.IsNull;
        }

        EndRetain();
        if (format.Value.IsEqualTo(_old.GetValueOrDefault(format.Key, JsonLiteral.Null)))
        {
            _changed.Remove(format.Key);
        }
        else
        {
            _changed.Set(format.Key, format.Value);
        }

        return false;
    }

    private bool ReadKept(FormatContent format)
    {
        _old[format.Key] = format.Value;
        if (!_changed.Current.TryGetValue(format.Key, out var value))
        {
            return false;
        }

        if (value.IsEqualTo(format.Value))
        {
            return !value.IsNull;
        }

        EndRetain();
        if (format.Value.IsNull)
        {
            _changed.Remove(format.Key);
        }
        else
        {
            _changed.Set(format.Key, format.Value);
        }

        return false;
    }

    private JsonLiteral Current(string key) => _current.Current.GetValueOrDefault(key, JsonLiteral.Null);

    private void EndRetain()
    {
        if (_action == DeltaAction.Retain)
        {
            Flush();
        }
    }

    private void Begin(DeltaAction action)
    {
        if (_action != action)
        {
            Flush();
            _action = action;
        }
    }

    private void Flush()
    {
        if (_action == DeltaAction.Insert && _text.Length > 0)
        {
            _delta.Add(DeltaOperation.Insert(_text.ToString(), _current.ToPlain()));
        }
        else if (_length > 0)
        {
            var length = checked((int)_length);
            _delta.Add(_action == DeltaAction.Delete ? DeltaOperation.Delete(length) : DeltaOperation.Retain(length, _changed.ToPlain()));
        }

        _text.Clear();
        (_action, _length) = (null, 0);
    }

    // What only goes past the rest says nothing.
    private void DropLast()
    {
        while (_delta is [.., { Action: DeltaAction.Retain, Attributes: null }])
        {
            _delta.RemoveAt(_delta.Count - 1);
        }
    }
}
