#pragma once

#include "CoreMinimal.h"
#include "AnimGraphNode_Base.h"
#include "AnimNode_Media2Face.h"

#include "AnimGraphNode_Media2Face.generated.h"

/** The node of animation graphs that adds the curves of a media2face component. */
UCLASS()
class MEDIA2FACEEDITOR_API UAnimGraphNode_Media2Face : public UAnimGraphNode_Base
{
	GENERATED_BODY()

public:
	UPROPERTY(EditAnywhere, Category = Settings)
	FAnimNode_Media2Face Node;

	virtual FText GetNodeTitle(ENodeTitleType::Type TitleType) const override;
	virtual FText GetTooltipText() const override;
	virtual FString GetNodeCategory() const override;
};
