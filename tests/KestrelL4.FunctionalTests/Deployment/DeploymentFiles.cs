using System.Runtime.CompilerServices;

namespace KestrelL4.FunctionalTests.Deployment;

/// <summary>The files in <c>deploy/</c>.</summary>
internal static class DeploymentFiles
{
    /// <summary>The absolute path of a file or directory there.</summary>
    public static string PathOf(string name) => Path.GetFullPath(Path.Combine("../../../deploy", name), Path.GetDirectoryName(ThisFile())!);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
