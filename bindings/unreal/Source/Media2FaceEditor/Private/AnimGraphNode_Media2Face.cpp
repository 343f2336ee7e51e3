#include "AnimGraphNode_Media2Face.h"

#define LOCTEXT_NAMESPACE "Media2Face"

FText UAnimGraphNode_Media2Face::GetNodeTitle(ENodeTitleType::Type TitleType) const
{
	return LOCTEXT("Title", "media2face");
}

FText UAnimGraphNode_Media2Face::GetTooltipText() const
{
	return LOCTEXT("Tooltip", "Adds the curves of the actor's media2face component. Put it before the ARKit pose mapping.");
}

FString UAnimGraphNode_Media2Face::GetNodeCategory() const
{
	return TEXT("media2face");
}

#undef LOCTEXT_NAMESPACE
