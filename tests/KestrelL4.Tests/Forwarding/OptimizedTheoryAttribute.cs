using System.Diagnostics;
using System.Reflection;

namespace KestrelL4.Tests.Forwarding;

/// <summary>A test of a Release build: in a Debug build the compiler makes a class, hence an allocation, of every async call.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OptimizedTheoryAttribute : TheoryAttribute
{
    public OptimizedTheoryAttribute() =>
        Skip = typeof(Application).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true }
            ? "measures a Release build: dotnet test -c Release"
            : null;
}
