using System.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace CodeCrafter.Crdt.Mutation;

/// <summary>
/// Makes the assembly that Stryker wrote quick. Stryker's switch is asked at each mutant that is passed: it looks for
/// files, and while coverage is measured it searches a list under a lock. Here both are one access to memory.
/// </summary>
internal static class MutatedLibrary
{
    public const string Reached = "Reached";
    public const string Active = "ActiveMutant";
    public const string Captures = "CaptureCoverage";
    public const int Capacity = 100_000;

    /// <summary>Puts the mutated assembly where this program loads it from.</summary>
    public static int Install(string folder)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(Path.Combine(folder, "CodeCrafter.Crdt.dll"));
        // It forbids the runtime to optimise.
        assembly.CustomAttributes.Remove(assembly.CustomAttributes.Single(attribute => attribute.AttributeType.Name == nameof(DebuggableAttribute)));

        var module = assembly.MainModule;
        var control = module.Types.Single(type => type.Name == "MutantControl");
        var reached = new FieldDefinition(Reached, FieldAttributes.Public | FieldAttributes.Static, new ArrayType(module.TypeSystem.Boolean));
        control.Fields.Add(reached);
        RewriteIsActive(control, reached);
        assembly.Write(Path.Combine(AppContext.BaseDirectory, "CodeCrafter.Crdt.dll"));
        return 0;
    }

    // if (CaptureCoverage) { Reached[id] = true; }  return id == ActiveMutant;
    private static void RewriteIsActive(TypeDefinition control, FieldDefinition reached)
    {
        var method = control.Methods.Single(method => method.Name == "IsActive");
        method.Body = new MethodBody(method);
        var code = method.Body.GetILProcessor();
        var answer = code.Create(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldsfld, Field(Captures));
        code.Emit(OpCodes.Brfalse, answer);
        code.Emit(OpCodes.Ldsfld, reached);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldc_I4_1);
        code.Emit(OpCodes.Stelem_I1);
        code.Append(answer);
        code.Emit(OpCodes.Ldsfld, Field(Active));
        code.Emit(OpCodes.Ceq);
        code.Emit(OpCodes.Ret);

        // With the initialisers of static fields, which look for files too, each access would ask whether they have run.
        control.Methods.Remove(control.Methods.Single(method => method.IsConstructor && method.IsStatic));

        FieldDefinition Field(string name) => control.Fields.Single(field => field.Name == name);
    }
}
